-- Enters into the desk's books where a conversation is now: waiting, with an
-- agent, or over. What is older than the books know is ignored; of what is over
-- they know for a while.
--
-- KEYS[1] -> waiting (HASH)   KEYS[2] -> active (HASH)  KEYS[3] -> loads (HASH)
-- KEYS[4] -> idle (HASH)      KEYS[5] -> pace (HASH)    KEYS[6] -> ended (ZSET)
-- KEYS[7] -> ended of the agent (ZSET)
-- KEYS[8] -> ended at the desk (ZSET)
-- KEYS[9] -> ended at the desk that had the conversation before (ZSET)
-- KEYS[10] -> versions of what is over (HASH)
-- KEYS[11] -> what is over, by when that was entered (ZSET)
-- ARGV[1] -> session
-- ARGV[2] -> version of the session
-- ARGV[3] -> 'waiting', 'active' or 'over'
-- ARGV[4] -> desk
-- ARGV[5] -> agent: who has it (active), had it (over) or is to have it
--            (waiting), or ''
-- ARGV[6] -> waiting since, in ms
-- ARGV[7] -> now in ms
-- ARGV[8] -> how long ended conversations are listed, in ms
-- ARGV[9] -> 1 if it waits for an answer to a message, without its visitor
-- ARGV[10] -> waiting again since, in ms: when it was passed on or taken back
-- ARGV[11] -> over since, in ms
-- ARGV[12] -> how long the versions of what is over are kept, in ms
-- Returns: 1 if the books changed
local version, now = tonumber(ARGV[2]), tonumber(ARGV[7])
local waiting = redis.call('HGET', KEYS[1], ARGV[1])
local active = redis.call('HGET', KEYS[2], ARGV[1])
local was = cjson.decode(waiting or active or '{"v":0}')
local over = tonumber(redis.call('HGET', KEYS[10], ARGV[1])) or 0
if math.max(was.v, over) >= version then
  return 0
end

-- Whoever had the conversation, or a reservation for it, has room again.
for _, agent in ipairs({was.a or '', was.r or ''}) do
  if agent ~= '' and redis.call('HINCRBY', KEYS[3], agent, -1) <= 0 then
    redis.call('HDEL', KEYS[3], agent)
  end
end
if waiting then
  redis.call('HDEL', KEYS[1], ARGV[1])
end
if active then
  redis.call('HDEL', KEYS[2], ARGV[1])
end

redis.call('ZREM', KEYS[9], ARGV[1])
if ARGV[3] ~= 'over' then
  redis.call('ZREM', KEYS[6], ARGV[1])
  redis.call('ZREM', KEYS[8], ARGV[1])
end

local entry = {v = version, d = ARGV[4], s = tonumber(ARGV[6])}
if ARGV[3] == 'waiting' then
  entry.q = tonumber(ARGV[10])
  if ARGV[9] == '1' then
    entry.o = 1
  end
  if ARGV[5] ~= '' then
    entry.p = ARGV[5]
  end
  redis.call('HSET', KEYS[1], ARGV[1], cjson.encode(entry))
elseif ARGV[3] == 'active' then
  entry.a = ARGV[5]
  redis.call('HSET', KEYS[2], ARGV[1], cjson.encode(entry))
  redis.call('HINCRBY', KEYS[3], ARGV[5], 1)
  redis.call('HSET', KEYS[4], ARGV[5], ARGV[7])
  if waiting and not was.o then
    -- How long it takes until somebody is taken off the queue, while it is not
    -- empty: a moving average. Who finds an agent free says nothing of it.
    local pace = cjson.decode(redis.call('HGET', KEYS[5], ARGV[4]) or '{"l":0,"e":0}')
    local from = math.max(pace.l, was.q or 0)
    local gap = now - from
    if from > 0 and gap >= 0 and gap < 3600000 and now - (was.q or 0) >= 2000 then
      pace.e = pace.e > 0 and (0.8 * pace.e + 0.2 * gap) or gap
    end
    pace.l = now
    redis.call('HSET', KEYS[5], ARGV[4], cjson.encode(pace))
  end
else
  -- An entry that is late by more than this is none that anybody waits for.
  local long = now - tonumber(ARGV[12])
  for _, session in ipairs(redis.call('ZRANGEBYSCORE', KEYS[11], '-inf', long)) do
    redis.call('HDEL', KEYS[10], session)
  end
  redis.call('ZREMRANGEBYSCORE', KEYS[11], '-inf', long)
  redis.call('HSET', KEYS[10], ARGV[1], version)
  redis.call('ZADD', KEYS[11], now, ARGV[1])
  redis.call('PEXPIRE', KEYS[10], ARGV[12])
  redis.call('PEXPIRE', KEYS[11], ARGV[12])

  local lists = {KEYS[6], KEYS[8]}
  if ARGV[5] ~= '' then
    lists[3] = KEYS[7]
  end
  for _, list in ipairs(lists) do
    redis.call('ZADD', list, ARGV[11], ARGV[1])
    redis.call('PEXPIRE', list, ARGV[8])
    redis.call('ZREMRANGEBYSCORE', list, '-inf', now - tonumber(ARGV[8]))
  end
end
redis.call('PUBLISH', 'fenfu:desk', ARGV[1])
return 1

-- Keeps a place for a conversation with an agent, for as long as a lease lasts,
-- so that no more conversations are given to the agent than it may have. The
-- conversation waits, or a colleague has it.
--
-- KEYS[1] -> waiting, or active (HASH)  KEYS[2] -> loads (HASH)
-- KEYS[3] -> idle (HASH)
-- ARGV[1] -> session
-- ARGV[2] -> agent
-- ARGV[3] -> capacity of the agent
-- ARGV[4] -> now in ms
-- ARGV[5] -> end of the lease in ms
-- ARGV[6] -> the field of the agent that the place is with: 'a' of one that
--            waits, 'r' of one that a colleague has
-- Returns: 1 reserved, 0 not there, -1 reserved already,
--          -2 the agent has no room
local text = redis.call('HGET', KEYS[1], ARGV[1])
if not text then
  return 0
end
local entry = cjson.decode(text)
local held = entry[ARGV[6]]
if held and entry.l > tonumber(ARGV[4]) then
  return -1
end
if held ~= ARGV[2] then
  if (tonumber(redis.call('HGET', KEYS[2], ARGV[2])) or 0) >= tonumber(ARGV[3]) then
    return -2
  end
  if held and redis.call('HINCRBY', KEYS[2], held, -1) <= 0 then
    redis.call('HDEL', KEYS[2], held)
  end
  redis.call('HINCRBY', KEYS[2], ARGV[2], 1)
  redis.call('HSET', KEYS[3], ARGV[2], ARGV[4])
end
entry[ARGV[6]], entry.l = ARGV[2], tonumber(ARGV[5])
redis.call('HSET', KEYS[1], ARGV[1], cjson.encode(entry))
return 1

-- Stores one turn, all or nothing. In steady state it is sent nothing after
-- ARGV[7], and makes four calls.
--
-- KEYS[1] -> log (HASH)  KEYS[2] -> state (HASH)
-- KEYS[3] -> other nodes' names (STRING)
-- KEYS[4] -> due (ZSET), with ARGV[8]
-- ARGV[1] -> version and number of the last event that the turn was decided on,
--            '' for a session never stored
-- ARGV[2] -> this node, which is not published to
-- ARGV[3] -> new sealed state
-- ARGV[4] -> new version and number of the last event
-- ARGV[5], ARGV[6] -> field of the message id, and with blanks between those that
--            it has under older keys; number of the turn's first event
-- ARGV[7] -> sealed entry of the log, '' if the turn has no events
-- ARGV[8] -> '' if no state is kept of it, else anything; from here on nothing
--            if nothing of it changes
-- ARGV[9] -> new owner, '' if it is who it was
-- ARGV[10] -> new sealed application, 'none', or '' if it is what it was
-- ARGV[11] -> new due instant in ms, 'none', or '' if it is what it was
-- ARGV[12] -> instant in ms to put among what is due: the due instant, or the
--             end of a lease if this node sees to it itself
-- ARGV[13] -> TTL of the state in ms
-- ARGV[14] -> TTL of the log in ms, '' to leave both TTLs be
-- ARGV[15], ARGV[16]... -> fields and sealed entries that take others' place
-- Returns: 1      stored
--          2      stored, and the due instant is a new one
--          0      somebody else spoke first, or the state has expired
--          -1 - n the message id was stored before, with n its event's number
local field = ARGV[5]
local was
if string.find(field, ' ', 1, true) then
  local fields = {}
  for f in string.gmatch(field, '%S+') do
    fields[#fields + 1] = f
  end
  was = redis.call('HMGET', KEYS[1], 'v', unpack(fields))
  field = fields[1]
else
  was = redis.call('HMGET', KEYS[1], 'v', field)
end
for i = 2, #was do
  if was[i] then
    return -1 - tonumber(was[i])
  end
end
if (was[1] or '') ~= ARGV[1] then
  return 0
end
if redis.call('HSET', KEYS[2], 's', ARGV[3]) == 1 and ARGV[8] ~= '' then
  redis.call('DEL', KEYS[2])
  return 0
end
if ARGV[7] == '' then
  redis.call('HSET', KEYS[1], 'v', ARGV[4], field, ARGV[6])
else
  redis.call('HSET', KEYS[1], 'v', ARGV[4], field, ARGV[6], 'e' .. ARGV[6], ARGV[7])
end

local result = 1
if ARGV[8] then
  for i = 15, #ARGV, 1000 do
    redis.call('HSET', KEYS[1], unpack(ARGV, i, math.min(i + 999, #ARGV)))
  end
  if ARGV[9] ~= '' then
    redis.call('HSET', KEYS[2], 'o', ARGV[9])
  end
  if ARGV[10] == 'none' then
    redis.call('HDEL', KEYS[2], 'a')
  elseif ARGV[10] ~= '' then
    redis.call('HSET', KEYS[2], 'a', ARGV[10])
  end
  if ARGV[11] == 'none' then
    redis.call('HDEL', KEYS[2], 'd')
    redis.call('ZREM', KEYS[4], string.match(KEYS[1], ':e:(.*)'))
  elseif ARGV[11] ~= '' and redis.call('HGET', KEYS[2], 'd') ~= ARGV[11] then
    -- An instant that did not change is left alone: a worker may hold its lease.
    redis.call('HSET', KEYS[2], 'd', ARGV[11])
    redis.call('ZADD', KEYS[4], ARGV[12], string.match(KEYS[1], ':e:(.*)'))
    redis.call('PEXPIRE', KEYS[4], ARGV[13])
    result = 2
  end
  if ARGV[14] ~= '' then
    redis.call('PEXPIRE', KEYS[2], ARGV[13])
    redis.call('PEXPIRE', KEYS[1], ARGV[14])
  end
end

if ARGV[7] ~= '' then
  local nodes = redis.call('GET', KEYS[3])
  if nodes and nodes ~= ARGV[2] then
    local message = string.match(KEYS[1], ':e:(.*)') .. ' ' .. ARGV[6] .. ' ' .. ARGV[7]
    for node in string.gmatch(nodes, '%S+') do
      if node ~= ARGV[2] then
        redis.call('PUBLISH', 'fenfu:node:' .. node, message)
      end
    end
  end
end
return result

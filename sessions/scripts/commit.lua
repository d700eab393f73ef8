-- Stores one turn, all or nothing. In steady state it makes four calls.
--
-- KEYS[1] -> log (HASH)  KEYS[2] -> state (HASH)
-- KEYS[3] -> other nodes' names (STRING)  KEYS[4] -> due (ZSET)
-- ARGV[1] -> version and number of the last event that the turn was decided on,
--            '' for a session never stored
-- ARGV[2] -> '' if no state is kept of it, else anything
-- ARGV[3] -> this node, which is not published to
-- ARGV[4] -> TTL of the state in ms
-- ARGV[5] -> TTL of the log in ms, '' to leave both TTLs be
-- ARGV[6] -> new due instant in ms, 'none', or '' if it is what it was
-- ARGV[7] -> instant in ms to put among what is due: the due instant, or the
--            end of a lease if this node sees to it itself
-- ARGV[8] -> new sealed state
-- ARGV[9] -> new owner
-- ARGV[10] -> new sealed application, 'none', or '' if it is what it was
-- ARGV[11], ARGV[12] -> 'v', new version and number of the last event
-- ARGV[13], ARGV[14] -> field of the message id, number of the turn's first event
-- ARGV[15], ARGV[16]... -> fields and sealed entries of the log, the turn's own first
-- Returns: 1      stored
--          2      stored, and the due instant is a new one
--          0      somebody else spoke first, or the state has expired
--          -1 - n the message id was stored before, with n its event's number
local was = redis.call('HMGET', KEYS[1], 'v', ARGV[13])
if was[2] then
  return -1 - tonumber(was[2])
end
if (was[1] or '') ~= ARGV[1] then
  return 0
end
if redis.call('HSET', KEYS[2], 's', ARGV[8], 'o', ARGV[9]) == 2 and ARGV[2] ~= '' then
  redis.call('DEL', KEYS[2])
  return 0
end
for i = 11, #ARGV, 1000 do
  redis.call('HSET', KEYS[1], unpack(ARGV, i, math.min(i + 999, #ARGV)))
end

if ARGV[10] == 'none' then
  redis.call('HDEL', KEYS[2], 'a')
elseif ARGV[10] ~= '' then
  redis.call('HSET', KEYS[2], 'a', ARGV[10])
end

local result = 1
if ARGV[6] == 'none' then
  redis.call('HDEL', KEYS[2], 'd')
  redis.call('ZREM', KEYS[4], string.match(KEYS[1], ':e:(.*)'))
elseif ARGV[6] ~= '' and redis.call('HGET', KEYS[2], 'd') ~= ARGV[6] then
  -- An instant that did not change is left alone: a worker may hold its lease.
  redis.call('HSET', KEYS[2], 'd', ARGV[6])
  redis.call('ZADD', KEYS[4], ARGV[7], string.match(KEYS[1], ':e:(.*)'))
  redis.call('PEXPIRE', KEYS[4], ARGV[4])
  result = 2
end

if ARGV[5] ~= '' then
  redis.call('PEXPIRE', KEYS[2], ARGV[4])
  redis.call('PEXPIRE', KEYS[1], ARGV[5])
end

if ARGV[16] then
  local nodes = redis.call('GET', KEYS[3])
  if nodes and nodes ~= ARGV[3] then
    local message = string.match(KEYS[1], ':e:(.*)') .. ' ' .. ARGV[14] .. ' ' .. ARGV[16]
    for node in string.gmatch(nodes, '%S+') do
      if node ~= ARGV[3] then
        redis.call('PUBLISH', 'fenfu:node:' .. node, message)
      end
    end
  end
end
return result

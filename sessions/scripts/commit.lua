-- Stores one turn, all or nothing.
--
-- KEYS[1] -> session (HASH)      KEYS[2] -> log (LIST)
-- KEYS[3] -> message ids (HASH)  KEYS[4] -> due (ZSET)
-- ARGV[1] -> message id
-- ARGV[2] -> version the turn was decided on, 0 for a new session
-- ARGV[3] -> number of the last event then
-- ARGV[4] -> new version
-- ARGV[5] -> new sealed state
-- ARGV[6] -> new owner
-- ARGV[7] -> new due instant in ms, '' for none
-- ARGV[8] -> session id
-- ARGV[9] -> TTL of the session in ms
-- ARGV[10] -> TTL of log and message ids in ms
-- ARGV[11] -> channel
-- ARGV[12] -> head of what is published
-- ARGV[13...] -> sealed events
-- Returns: {0, number of the first event}  stored
--          {1, number of the first event}  the message id was stored before
--          {2, length of the log}          the version moved, or the log is not as
--                                          long as the turn believes
local known = redis.call('HGET', KEYS[3], ARGV[1])
if known then
  return {1, tonumber(known)}
end
local was = redis.call('HMGET', KEYS[1], 'v', 'd')
local seq = redis.call('LLEN', KEYS[2])
if (was[1] or '0') ~= ARGV[2] or seq ~= tonumber(ARGV[3]) then
  return {2, seq}
end

if ARGV[7] == '' then
  redis.call('HSET', KEYS[1], 'v', ARGV[4], 's', ARGV[5], 'o', ARGV[6])
  if was[2] then
    redis.call('HDEL', KEYS[1], 'd')
    redis.call('ZREM', KEYS[4], ARGV[8])
  end
else
  redis.call('HSET', KEYS[1], 'v', ARGV[4], 's', ARGV[5], 'o', ARGV[6], 'd', ARGV[7])
  -- An instant that did not change is left alone: a worker may hold its lease.
  if was[2] ~= ARGV[7] then
    redis.call('ZADD', KEYS[4], ARGV[7], ARGV[8])
    redis.call('PEXPIRE', KEYS[4], ARGV[9])
  end
end
redis.call('PEXPIRE', KEYS[1], ARGV[9])

local first = seq
if ARGV[13] then
  first = seq + 1
  redis.call('RPUSH', KEYS[2], unpack(ARGV, 13))
  redis.call('PEXPIRE', KEYS[2], ARGV[10])
  redis.call('PUBLISH', ARGV[11], ARGV[12] .. table.concat(ARGV, '', 13))
end
redis.call('HSET', KEYS[3], ARGV[1], first)
redis.call('PEXPIRE', KEYS[3], ARGV[10])
return {0, first}

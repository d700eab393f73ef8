-- Stores one turn, all or nothing. In steady state it makes five calls.
--
-- KEYS[1] -> session (HASH)      KEYS[2] -> log (LIST)
-- KEYS[3] -> message ids (HASH)  KEYS[4] -> due (ZSET)
-- KEYS[5] -> nodes (ZSET)
-- ARGV[1] -> message id
-- ARGV[2] -> version the turn was decided on, 0 for a new session
-- ARGV[3] -> number of the last event then
-- ARGV[4] -> number of the turn's first event, or of the last one if it has none
-- ARGV[5] -> new version
-- ARGV[6] -> new sealed state
-- ARGV[7] -> new owner
-- ARGV[8] -> new due instant in ms, '' for none
-- ARGV[9] -> session id
-- ARGV[10] -> TTL of the session in ms
-- ARGV[11] -> TTL of log and message ids in ms, '' to leave all three TTLs be
-- ARGV[12] -> this node, which is not published to
-- ARGV[13] -> instant in ms to put among what is due: the due instant, or the
--             end of a lease if this node sees to it itself
-- ARGV[14] -> head of what is published
-- ARGV[15...] -> sealed events
-- Returns: {0, number of the first event, 1 if the due instant is a new one, else 0}
--                                          stored
--          {1, number of the first event}  the message id was stored before
--          {2, 0}                          the version moved, or the log is not
--                                          as long as the turn believes
local was = redis.call('HMGET', KEYS[1], 'v', 'd')
if (was[1] or '0') ~= ARGV[2] then
  local known = redis.call('HGET', KEYS[3], ARGV[1])
  if known then
    return {1, tonumber(known)}
  end
  return {2, 0}
end
if redis.call('HSETNX', KEYS[3], ARGV[1], ARGV[4]) == 0 then
  return {1, tonumber(redis.call('HGET', KEYS[3], ARGV[1]))}
end

-- The version vouches for the log's length, except of a session whose state
-- has expired and whose log has not, or of a log that was lost. That shows in
-- the new length, and is undone.
local seq = tonumber(ARGV[3])
if ARGV[15] then
  local added = #ARGV - 14
  local length = redis.call('RPUSH', KEYS[2], unpack(ARGV, 15))
  if length ~= seq + added then
    redis.call('LTRIM', KEYS[2], 0, -1 - added)
    redis.call('HDEL', KEYS[3], ARGV[1])
    return {2, 0}
  end
end

local due = 0
if ARGV[8] == '' then
  redis.call('HSET', KEYS[1], 'v', ARGV[5], 's', ARGV[6], 'o', ARGV[7])
  if was[2] then
    redis.call('HDEL', KEYS[1], 'd')
    redis.call('ZREM', KEYS[4], ARGV[9])
  end
else
  redis.call('HSET', KEYS[1], 'v', ARGV[5], 's', ARGV[6], 'o', ARGV[7], 'd', ARGV[8])
  -- An instant that did not change is left alone: a worker may hold its lease.
  if was[2] ~= ARGV[8] then
    due = 1
    redis.call('ZADD', KEYS[4], ARGV[13], ARGV[9])
    redis.call('PEXPIRE', KEYS[4], ARGV[10])
  end
end

if ARGV[11] ~= '' then
  redis.call('PEXPIRE', KEYS[1], ARGV[10])
  redis.call('PEXPIRE', KEYS[2], ARGV[11])
  redis.call('PEXPIRE', KEYS[3], ARGV[11])
end
if ARGV[15] then
  for _, node in ipairs(redis.call('ZRANGE', KEYS[5], 0, -1)) do
    if node ~= ARGV[12] then
      redis.call('PUBLISH', 'fenfu:node:' .. node, ARGV[14] .. table.concat(ARGV, '', 15))
    end
  end
end
return {0, tonumber(ARGV[4]), due}

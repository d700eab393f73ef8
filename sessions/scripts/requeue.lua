-- Puts a session back where it wants to be among what is due, whatever lease is
-- on it, or out of it if it wants nothing.
--
-- KEYS[1] -> due (ZSET)  KEYS[2] -> session (HASH)
-- ARGV[1] -> session id
-- ARGV[2] -> TTL of the ZSET in ms
-- Returns: the due instant in ms, '' if the session wants nothing
local due = redis.call('HGET', KEYS[2], 'd')
if not due then
  redis.call('ZREM', KEYS[1], ARGV[1])
  return ''
end
redis.call('ZADD', KEYS[1], due, ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return due

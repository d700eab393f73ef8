-- Writes a login of an account, and forgets those of it that have run out.
--
-- KEYS[1] -> login (HASH)
-- KEYS[2] -> logins of the account (ZSET)
-- ARGV[1] -> account
-- ARGV[2] -> now in ms
-- ARGV[3] -> end of the login, whatever is done with it, in ms
-- ARGV[4] -> how long it may lie idle, in ms
-- ARGV[5] -> name of the login in the ZSET
-- Returns: 1
redis.call('HSET', KEYS[1], 'a', ARGV[1], 'e', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', ARGV[2])
redis.call('ZADD', KEYS[2], ARGV[3], ARGV[5])
redis.call('PEXPIREAT', KEYS[2], ARGV[3])
return 1

-- Writes an account if it still is what was read.
-- KEYS: accounts. ARGV: account, what was read ('' if there was none), what to write.
-- Returns 1, or 0 if somebody else was faster.
if (redis.call('HGET', KEYS[1], ARGV[1]) or '') ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return 1

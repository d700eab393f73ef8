-- Claims sessions that are due, by moving each one lease ahead.
--
-- KEYS[1] -> due (ZSET)
-- ARGV[1] -> now in ms
-- ARGV[2] -> end of the lease in ms
-- ARGV[3] -> how many at most
-- ARGV[4] -> TTL of the ZSET in ms
-- Returns: the session ids
local ids = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, ARGV[3])
for _, id in ipairs(ids) do
  redis.call('ZADD', KEYS[1], ARGV[2], id)
end
if #ids > 0 then
  redis.call('PEXPIRE', KEYS[1], ARGV[4])
end
return ids

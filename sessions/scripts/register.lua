-- Makes the commits of a partition be published to a node, and no longer to
-- nodes that have not renewed their registration in time.
--
-- KEYS[1] -> nodes (ZSET)
-- ARGV[1] -> node
-- ARGV[2] -> now in ms
-- ARGV[3] -> end of the registration in ms
-- ARGV[4] -> TTL of the ZSET in ms
-- Returns: 1 if the node was not registered, so that it may have missed
--          something, 0 if it was
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[2])
local new = redis.call('ZADD', KEYS[1], ARGV[3], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return new

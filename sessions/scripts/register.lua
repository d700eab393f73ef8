-- Makes the commits of a partition be published to a node, or no longer, and no
-- longer to nodes that have not renewed their registration in time.
--
-- KEYS[1] -> nodes (ZSET)  KEYS[2] -> their names (STRING), for commit.lua
-- ARGV[1] -> node
-- ARGV[2] -> now in ms
-- ARGV[3] -> end of the registration in ms, '' to end it now
-- ARGV[4] -> TTL of the keys in ms
-- Returns: 1 if the node was not registered, so that it may have missed
--          something, 0 if it was
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[2])
local new = 0
if ARGV[3] == '' then
  redis.call('ZREM', KEYS[1], ARGV[1])
else
  new = redis.call('ZADD', KEYS[1], ARGV[3], ARGV[1])
  redis.call('PEXPIRE', KEYS[1], ARGV[4])
end
redis.call('SET', KEYS[2], table.concat(redis.call('ZRANGE', KEYS[1], 0, -1), ' '), 'PX', ARGV[4])
return new

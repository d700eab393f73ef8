-- Takes a session out of due whose work is done and which wants no more. What
-- a commit made due since then has another instant and stays.
--
-- KEYS[1] -> due (ZSET)  KEYS[2] -> session (HASH)
-- ARGV[1] -> session id
-- ARGV[2] -> end of the lease in ms
-- Returns: 1 if it was taken out, else 0
if tonumber(redis.call('ZSCORE', KEYS[1], ARGV[1]) or '0') ~= tonumber(ARGV[2]) then
  return 0
end
if redis.call('HEXISTS', KEYS[2], 'd') == 1 then
  return 0
end
return redis.call('ZREM', KEYS[1], ARGV[1])

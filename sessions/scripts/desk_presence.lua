-- Writes down who an agent is and how present, and that it was seen.
--
-- KEYS[1] -> agents (HASH)  KEYS[2] -> seen (ZSET)
-- ARGV[1] -> agent
-- ARGV[2] -> description, '' to leave it as it is
-- ARGV[3] -> now in ms
-- ARGV[4] -> 1 if the description is only for who has none
-- Returns: 1 if colleagues see a difference
local known = redis.call('HGET', KEYS[1], ARGV[1])
if not known and ARGV[2] == '' then
  return 0
end
local seen = tonumber(redis.call('ZSCORE', KEYS[2], ARGV[1])) or 0
redis.call('ZADD', KEYS[2], ARGV[3], ARGV[1])
if known and ARGV[4] == '1' then
  ARGV[2] = ''
end
local changed = tonumber(ARGV[3]) - seen > 35000
if ARGV[2] ~= '' and known ~= ARGV[2] then
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
  changed = true
end
if changed then
  redis.call('PUBLISH', 'fenfu:desk', '')
  return 1
end
return 0

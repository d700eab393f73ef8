-- Notes how far a visitor has read; it never goes back, nor past the end.
--
-- KEYS[1] -> log (HASH)
-- ARGV[1] -> number of the event
-- Returns: 1 if noted, 0 if there was nothing to note
local is = redis.call('HMGET', KEYS[1], 'v', 'r')
if not is[1] then
  return 0
end
local seq = math.min(tonumber(ARGV[1]), tonumber(string.match(is[1], ' (%d+)')))
if seq <= tonumber(is[2] or '0') then
  return 0
end
redis.call('HSET', KEYS[1], 'r', seq)
return 1

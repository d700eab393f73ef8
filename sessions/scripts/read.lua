-- Notes how far a visitor has read; it never goes back, nor past the end.
--
-- KEYS[1] -> session (HASH)  KEYS[2] -> log (LIST)
-- ARGV[1] -> number of the event
-- Returns: 1 if noted, 0 if there was nothing to note
local was = redis.call('HMGET', KEYS[1], 'v', 'r')
local seq = math.min(tonumber(ARGV[1]), redis.call('LLEN', KEYS[2]))
if not was[1] or seq <= tonumber(was[2] or '0') then
  return 0
end
redis.call('HSET', KEYS[1], 'r', seq)
return 1

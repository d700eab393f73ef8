-- Reads where a session's log stands and its next events.
--
-- KEYS[1] -> session (HASH)  KEYS[2] -> log (LIST)
-- ARGV[1] -> number of the last event that is not wanted
-- ARGV[2] -> number of the last event wanted
-- Returns: {length of the log, owner or '', last event read or '', sealed event...}
local was = redis.call('HMGET', KEYS[1], 'o', 'r')
local out = redis.call('LRANGE', KEYS[2], ARGV[1], tonumber(ARGV[2]) - 1)
table.insert(out, 1, was[2] or '')
table.insert(out, 1, was[1] or '')
table.insert(out, 1, redis.call('LLEN', KEYS[2]))
return out

-- Reads a session.
--
-- KEYS[1] -> session (HASH)  KEYS[2] -> log (LIST)
-- Returns: {length of the log, version or '', sealed state or ''}
local was = redis.call('HMGET', KEYS[1], 'v', 's')
return {redis.call('LLEN', KEYS[2]), was[1] or '', was[2] or ''}

-- Reads a session.
--
-- KEYS[1] -> log (HASH)  KEYS[2] -> state (HASH)
-- Returns: {version and number of the last event or '', sealed state or '',
--           sealed application or ''}
local is = redis.call('HMGET', KEYS[2], 's', 'a')
return {redis.call('HGET', KEYS[1], 'v') or '', is[1] or '', is[2] or ''}

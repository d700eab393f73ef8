-- Gives a reservation back that came to nothing, or one whose lease has run out.
--
-- KEYS[1] -> waiting, or active (HASH)  KEYS[2] -> loads (HASH)
-- ARGV[1] -> session
-- ARGV[2] -> agent
-- ARGV[3] -> now in ms if only a lease that has run out is meant, else ''
-- ARGV[4] -> the field of the agent, as in desk_reserve.lua
-- Returns: 1 if there was one
local text = redis.call('HGET', KEYS[1], ARGV[1])
if not text then
  return 0
end
local entry = cjson.decode(text)
if entry[ARGV[4]] ~= ARGV[2] or ARGV[3] ~= '' and entry.l > tonumber(ARGV[3]) then
  return 0
end
if redis.call('HINCRBY', KEYS[2], ARGV[2], -1) <= 0 then
  redis.call('HDEL', KEYS[2], ARGV[2])
end
entry[ARGV[4]], entry.l = nil, nil
redis.call('HSET', KEYS[1], ARGV[1], cjson.encode(entry))
redis.call('PUBLISH', 'fenfu:desk', ARGV[1])
return 1

-- Reads where a session's log stands and its next entries.
--
-- KEYS[1] -> log (HASH)  KEYS[2] -> state (HASH)
-- ARGV[1] -> number of the last event the follower has
-- ARGV[2] -> how many events it wants
-- ARGV[3] -> most events that an entry has
-- Returns: {number of the last event, owner or '', last event read or '', and of
--           each entry the number of its first event and the sealed entry}. The
--           first ones may hold none that is wanted.
local is = redis.call('HMGET', KEYS[1], 'v', 'r')
local last = is[1] and tonumber(string.match(is[1], ' (%d+)')) or 0
local out = {last, redis.call('HGET', KEYS[2], 'o') or '', is[2] or ''}
local after, want, most = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local first = math.max(1, after + 2 - most)
last = math.min(last, after + want)
while after < last and first <= last do
  local names = {}
  for seq = first, math.min(last, first + 999) do
    names[#names + 1] = 'e' .. string.format('%.0f', seq)
  end
  for i, entry in ipairs(redis.call('HMGET', KEYS[1], unpack(names))) do
    if entry then
      out[#out + 1] = first + i - 1
      out[#out + 1] = entry
    end
  end
  first = first + #names
end
return out

-- Takes a time step of an account's one-time codes, if it is later than any
-- taken before.
--
-- KEYS[1] -> steps of all accounts (HASH)
-- ARGV[1] -> account
-- ARGV[2] -> step
-- Returns: 1 if it was taken
local last = redis.call('HGET', KEYS[1], ARGV[1])
if last and tonumber(last) >= tonumber(ARGV[2]) then
  return 0
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return 1

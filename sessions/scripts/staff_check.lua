-- Looks a login up, keeps it from lying idle, and returns its account.
--
-- KEYS[1] -> login (HASH)
-- KEYS[2] -> accounts (HASH)
-- ARGV[1] -> now in ms
-- ARGV[2] -> how long it may lie idle, in ms
-- Returns: nil, or {account id, sealed account}
local login = redis.call('HMGET', KEYS[1], 'a', 'e')
if not login[1] then
  return false
end
local left = tonumber(login[2]) - tonumber(ARGV[1])
if left <= 0 then
  redis.call('DEL', KEYS[1])
  return false
end
redis.call('PEXPIRE', KEYS[1], math.min(left, tonumber(ARGV[2])))
local account = redis.call('HGET', KEYS[2], login[1])
if not account then
  return false
end
return {login[1], account}

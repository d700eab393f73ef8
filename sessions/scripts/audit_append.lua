-- Appends an entry to the audit log, if nobody has appended one meanwhile.
--
-- KEYS[1] -> head of the log (HASH)
-- KEYS[2] -> page that the entry belongs in (LIST)
-- ARGV[1] -> number of the entry that it follows, 0 for none
-- ARGV[2] -> number of the entry
-- ARGV[3] -> its mark
-- ARGV[4] -> sealed link
-- ARGV[5] -> how long it is kept, in ms
-- Returns: 1 if it was appended
if (tonumber(redis.call('HGET', KEYS[1], 'n')) or 0) ~= tonumber(ARGV[1]) then
  return 0
end
redis.call('RPUSH', KEYS[2], ARGV[4])
redis.call('PEXPIRE', KEYS[2], ARGV[5])
redis.call('HSET', KEYS[1], 'n', ARGV[2], 'm', ARGV[3])
return 1

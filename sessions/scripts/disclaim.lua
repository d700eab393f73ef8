-- Takes back what stands for a person, if it is the given application.
--
-- KEYS[1] -> application that stands for the person (STRING)
-- ARGV[1] -> application
-- Returns: 1 if it was taken back, else 0
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 0
end
return redis.call('DEL', KEYS[1])

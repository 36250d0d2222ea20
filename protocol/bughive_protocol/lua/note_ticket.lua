#!lua flags=allow-oom
-- keys: state tickets expiring
-- Notes something of a session's tickets, once: the answer is what holds, ours or what was there. None: the session is
-- not known any more. Where `count` is given, what is noted counts there.
local field = take()
local value = take()
local count = take()

if redis.call('EXISTS', state) == 0 then
  return nil
end
if redis.call('HSETNX', tickets, field, value) == 1 and count then
  redis.call('HINCRBY', tickets, count, 1)
end
local expires = redis.call('ZSCORE', expiring, session)
if expires then
  redis.call('PEXPIREAT', tickets, string.format('%.0f', expires))
end
return redis.call('HGET', tickets, field)

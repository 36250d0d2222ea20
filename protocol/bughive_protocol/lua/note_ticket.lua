#!lua flags=allow-oom
-- keys: state tickets expiring
-- Notes something of a session's tickets, once: the answer is what holds, ours or what was there. None: the session is
-- not known any more.
local field = take()
local value = take()

if redis.call('EXISTS', state) == 0 then
  return nil
end
redis.call('HSETNX', tickets, field, value)
local expires = redis.call('ZSCORE', expiring, session)
if expires then
  redis.call('PEXPIREAT', tickets, string.format('%.0f', expires))
end
return redis.call('HGET', tickets, field)

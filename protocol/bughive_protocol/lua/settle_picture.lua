#!lua flags=allow-oom
-- keys: state images pictures expiring
-- uses: clock touch weigh
-- Lets go of a picture's bytes, and says where the picture is kept, if anywhere. Whoever uploaded it: its name is made of
-- its content. That makes room, so people hear no more that there is none, until a picture finds none again. Returns
-- whether there is such a session.
local subject = take()
local kept = take()
if redis.call('EXISTS', state) == 0 then
  return 0
end
local size = redis.call('HSTRLEN', images, subject)
if redis.call('HDEL', images, subject) == 1 then
  weigh(-size)
  if redis.call('HDEL', state, 'crowded') == 1 then
    touch()
  end
end
if kept ~= '' then
  redis.call('HSET', pictures, subject, kept)
  local expires = redis.call('ZSCORE', expiring, session)
  if expires then
    redis.call('PEXPIREAT', pictures, string.format('%.0f', expires))
  end
end
return 1

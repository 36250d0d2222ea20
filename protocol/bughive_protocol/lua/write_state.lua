#!lua
-- keys: state sessions
-- uses: clock touch
-- Writes a session's state. `put` writes all of it; `progress` and `final` change some fields of a session that is
-- known and not over: what has finished stays finished.
local mode = take()
local status = redis.call('HGET', state, 'status')
if mode == 'put' then
  redis.call('DEL', state)
  redis.call('ZADD', sessions, 'NX', now, session)
elseif not status or status == 'completed' or status == 'failed' then
  return 0
elseif mode == 'final' then
  redis.call('HSET', state, 'completed_at', now)
  redis.call('HDEL', state, 'current_url')
end
for _ = 1, tonumber(take()) do
  local field = take()
  redis.call('HSET', state, field, take())
end
touch()
return 1

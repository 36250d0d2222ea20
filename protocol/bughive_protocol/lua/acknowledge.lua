#!lua flags=allow-oom
-- keys: state expiring ...
-- uses: clock touch expel weigh
-- The terminal status has reached the resource: from now on the session's keys may expire. Nobody can write
-- to it any more, or a new key without an end would be left behind. Captures that nobody has uploaded by now nobody will,
-- and others need their room.
local status = take()
local error = take()
local seconds = tonumber(take())

if redis.call('EXISTS', state) == 0 or redis.call('ZSCORE', expiring, session) then
  return 0
end
expel()
let_go()
redis.call('HSET', state, 'status', status)
redis.call('HSETNX', state, 'completed_at', now)
if error ~= '' then
  redis.call('HSET', state, 'error', error)
end
touch()
for _, key in ipairs(everything) do
  redis.call('EXPIRE', key, seconds)
end
redis.call('ZADD', expiring, now + seconds * 1000, session)
return 1

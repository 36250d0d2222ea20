#!lua flags=allow-oom
-- keys: incarnation version changes
-- Which sessions changed since the cursor. A Redis that was emptied, or put back to an older copy of itself,
-- tells of all.
local known = take()
local cursor = tonumber(take())
redis.call('SET', incarnation, take(), 'NX')
local current = redis.call('GET', incarnation)
local latest = tonumber(redis.call('GET', version) or 0)
if known ~= current or latest < cursor then
  cursor = 0
end
return { current, latest, redis.call('ZRANGEBYSCORE', changes, '(' .. cursor, '+inf') }

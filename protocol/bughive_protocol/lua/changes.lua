#!lua flags=allow-oom
-- keys: incarnation version changes
-- Which sessions changed since the cursor, and which of them have a verdict. A Redis that was emptied, or put back to
-- an older copy of itself, tells of all.
local known = take()
local cursor = tonumber(take())
redis.call('SET', incarnation, take(), 'NX')
local verdict_of = take()
local current = redis.call('GET', incarnation)
local latest = tonumber(redis.call('GET', version) or 0)
if known ~= current or latest < cursor then
  cursor = 0
end
local changed = redis.call('ZRANGEBYSCORE', changes, '(' .. cursor, '+inf')
local ended = {}
for _, id in ipairs(changed) do
  if redis.call('EXISTS', string.format(verdict_of, id)) == 1 then
    ended[#ended + 1] = id
  end
end
return { current, latest, changed, ended }

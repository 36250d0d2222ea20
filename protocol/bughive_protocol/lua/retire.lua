#!lua flags=allow-oom
-- keys: state lease leases sessions expiring changes ...
-- uses: clock expel weigh
-- Removes all that is known of a session that nobody works on, if that is still so: `over` where its resource shows
-- the end, `gone` whatever it was, `orphan` where it has no state. Returns whether it did, or with `dry` would.
local mode = take()
local dry = take()
for _, field in ipairs(redis.call('HKEYS', lease)) do
  local shard = string.match(field, '^token:(%d+)$')
  if shard and tonumber(redis.call('ZSCORE', leases, session .. '/' .. shard) or 0) > now then
    return 0
  end
end
if mode == 'over' and not redis.call('ZSCORE', expiring, session) then
  return 0
end
if mode == 'orphan' and redis.call('EXISTS', state) == 1 then
  return 0
end
if redis.call('EXISTS', unpack(everything)) == 0 and redis.call('HEXISTS', captures, session) == 0 then
  return 0
end
if dry == '1' then
  return 1
end
expel()
redis.call('UNLINK', unpack(everything))
let_go()
redis.call('ZREM', sessions, session)
redis.call('ZREM', expiring, session)
redis.call('ZREM', changes, session)
return 1

#!lua flags=allow-oom
-- keys: fence lease released verdict leases
-- uses: clock touch give_back
-- Lets shards of this attempt be taken again, whose workers have left or are dead; what a dead one had goes back to
-- the others at once. Each shard is looked at anew: one that has come back to life stays as it is.
local attempt = take()
local grace = tonumber(take())

if redis.call('HGET', fence, 'attempt') ~= attempt or redis.call('EXISTS', verdict) == 1 then
  return 0
end
local reopened = 0
for _ = 1, tonumber(take()) do
  local shard = take()
  local expires = tonumber(redis.call('ZSCORE', leases, session .. '/' .. shard) or 0)
  if redis.call('HEXISTS', lease, 'token:' .. shard) == 0 then
    reopened = reopened + redis.call('HDEL', released, shard)
  elseif expires + grace <= now then
    redis.call('HDEL', lease, 'token:' .. shard, 'worker:' .. shard)
    redis.call('HINCRBY', lease, 'epoch:' .. shard, 1)
    redis.call('ZREM', leases, session .. '/' .. shard)
    give_back(shard, true)
    reopened = reopened + 1
  end
end
if reopened > 0 then
  touch()
end
return reopened

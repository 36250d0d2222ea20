#!lua flags=allow-oom
-- keys: fence lease verdict leases state
-- uses: clock touch
-- Prolongs a lease and says what the operator wants. A lease that ran out is lost, unless `revive` is
-- 1 and nobody else has taken it since.
local shard = take()
local token = take()
local ttl = tonumber(take())
local revive = take()
local current_url = take()

local member = session .. '/' .. shard
local expires = redis.call('ZSCORE', leases, member)
if redis.call('HGET', lease, 'token:' .. shard) ~= token or not expires then
  return 'LOST'
end
if tonumber(expires) <= now and revive ~= '1' then
  return 'LOST'
end
redis.call('ZADD', leases, now + ttl, member)
if current_url ~= '' and redis.call('HGET', state, 'current_url') ~= current_url then
  redis.call('HSET', state, 'current_url', current_url)
  touch()
end
local signal = redis.call('HGET', fence, 'signal')
if signal == 'cancel' or redis.call('EXISTS', verdict) == 1 then
  return 'CANCEL'
elseif signal == 'suspend' then
  return 'SUSPEND'
elseif redis.call('HEXISTS', fence, 'sliced') == 1 then
  return 'SLICE'
end
return 'OK'

#!lua flags=allow-oom
-- keys: fence spec lease released verdict leases state expiring
-- uses: clock touch give_back post
-- Gives the lease of one shard to a worker, if the message that brought it here still holds.
-- What the last holder had claimed and neither recorded nor given back is given back: it died.
local attempt = take()
local shard = take()
local owner = take()
local worker = take()
local ttl = tonumber(take())

if redis.call('HGET', fence, 'attempt') ~= attempt then
  return { 'STALE' }
end
local over = redis.call('EXISTS', verdict) == 1 or redis.call('ZSCORE', expiring, session)
local left = redis.call('HEXISTS', released, shard) == 1 or redis.call('HEXISTS', fence, 'sliced') == 1
if over or left then
  return { 'DONE' }
end
local signal = redis.call('HGET', fence, 'signal')
if signal == 'cancel' then
  return { 'CANCELLED' }
elseif signal == 'suspend' then
  return { 'SUSPENDED' }
end

local member = session .. '/' .. shard
local token = redis.call('HGET', lease, 'token:' .. shard)
local expires = tonumber(redis.call('ZSCORE', leases, member) or 0)
local epoch = redis.call('HGET', lease, 'epoch:' .. shard)
if token and expires > now then
  -- The same owner asks again when the answer to its first acquire was lost.
  if token ~= attempt .. '.' .. epoch .. '.' .. owner then
    return { 'HELD' }
  end
else
  epoch = redis.call('HINCRBY', lease, 'epoch:' .. shard, 1)
  redis.call('HSET', lease, 'token:' .. shard, attempt .. '.' .. epoch .. '.' .. owner, 'worker:' .. shard, worker)
  give_back(shard, true)
  redis.call('HSETNX', fence, 'started_at', now)
  if redis.call('HSETNX', state, 'started_at', now) == 1 then
    post('started', '')
  end
  redis.call('HSET', state, 'status', 'running')
end
redis.call('ZADD', leases, now + ttl, member)
touch()
return { 'OK', tonumber(epoch), redis.call('HMGET', spec, 'json', 'namespace', 'name') }

#!lua flags=allow-oom
-- keys: fence lease released verdict leases state
-- uses: clock touch give_back held
-- Ends a shard's turn on purpose: gives its pages back, drops the lease and leaves a release record.
local shard = take()
local token = take()
local record = cjson.decode(take())

if redis.call('HGET', lease, 'token:' .. shard) ~= token then
  -- The same release again, because the answer to the first was lost?
  local left = redis.call('HGET', released, shard)
  if left and cjson.decode(left).epoch == record.epoch and cjson.decode(left).attempt == record.attempt then
    return left
  end
  return redis.error_reply('FENCELOST another attempt or epoch owns the session')
end
record.at = now
give_back(shard, false)
local left = cjson.encode(record)
redis.call('HSET', released, shard, left)
redis.call('HDEL', lease, 'token:' .. shard, 'worker:' .. shard)
redis.call('ZREM', leases, session .. '/' .. shard)
if record.reason == 'Slice' then
  -- The other shards' share of time is over too, so that the session goes back into the line as a whole.
  redis.call('HSET', fence, 'sliced', 1)
end
if not held() then
  if redis.call('EXISTS', verdict) == 0 then
    redis.call('HSET', state, 'status', 'pending')
  end
  redis.call('HDEL', state, 'current_url', 'crowded')
end
touch()
return left

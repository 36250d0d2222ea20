#!lua flags=no-writes
-- keys: fence lease released verdict digest state leases expiring deliveries tickets
-- uses: clock counts
-- All that is known of one session, of one moment, in the order that snapshot_reader.py reads.
local held = {}
for _, field in ipairs(redis.call('HKEYS', lease)) do
  local shard = string.match(field, '^token:(%d+)$')
  if shard then
    local expires = redis.call('ZSCORE', leases, session .. '/' .. shard)
    local worker = redis.call('HGET', lease, 'worker:' .. shard)
    held[#held + 1] = { shard, redis.call('HGET', lease, field), worker, (tonumber(expires or now) - now) }
  end
end
return {
  now,
  redis.call('HMGET', fence, 'attempt', 'generation', 'signal', 'sent_at', 'sends', 'started_at', 'shards'),
  held,
  redis.call('HGETALL', released),
  redis.call('GET', verdict),
  redis.call('GET', digest),
  redis.call('HMGET', state, 'current_url', 'updated_at', 'crowded'),
  count(),
  redis.call('ZSCORE', expiring, session),
  redis.call('HGETALL', deliveries),
  redis.call('HGETALL', tickets),
}

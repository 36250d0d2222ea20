-- keys: lease leases
-- expel(): raises the epoch of every shard that is held, so that no holder can write any more.
local function expel()
  for _, field in ipairs(redis.call('HKEYS', lease)) do
    local held = string.match(field, '^token:(%d+)$')
    if held then
      redis.call('HDEL', lease, field, 'worker:' .. held)
      redis.call('HINCRBY', lease, 'epoch:' .. held, 1)
      redis.call('ZREM', leases, session .. '/' .. held)
    end
  end
end

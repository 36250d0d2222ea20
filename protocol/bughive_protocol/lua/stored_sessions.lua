#!lua flags=allow-oom
-- keys: sessions expiring changes
-- uses: clock
-- The sessions that have keys here, each with the age of its state in ms; forgets those whose keys have expired.
for _, id in ipairs(redis.call('ZRANGEBYSCORE', expiring, '-inf', now)) do
  redis.call('ZREM', sessions, id)
  redis.call('ZREM', changes, id)
  redis.call('ZREM', expiring, id)
end
local stored = redis.call('ZRANGE', sessions, 0, -1, 'WITHSCORES')
for i = 2, #stored, 2 do
  stored[i] = now - stored[i]
end
return stored

-- keys: state version changes
-- uses: clock
-- touch(): tells the operator that the session changed. Every script that writes state ends with it.
local function touch()
  redis.call('HSET', state, 'updated_at', now)
  redis.call('ZADD', changes, redis.call('INCR', version), session)
end

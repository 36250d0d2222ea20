#!lua flags=allow-oom
-- keys: lease leases verdict state
-- uses: clock touch post
-- Ends the session from the worker's side, unless it has a verdict, and drops the lease.
-- The answer is the verdict that holds, ours or an earlier one.
local shard = take()
local token = take()
local outcome = take()
local summary = take()

-- The same call again, because the answer to the first was lost?
if redis.call('HGET', lease, 'finished_by') == token then
  return redis.call('GET', verdict)
end
if redis.call('HGET', lease, 'token:' .. shard) ~= token then
  return redis.error_reply('FENCELOST another attempt or epoch owns the session')
end
local standing = redis.call('GET', verdict)
if standing then
  return standing
end
local ours = cjson.encode({ cancelled = false, outcome = outcome, completed_at = now, reason = '' })
redis.call('SET', verdict, ours)
redis.call('HSET', lease, 'finished_by', token)
redis.call('HDEL', lease, 'token:' .. shard, 'worker:' .. shard)
redis.call('ZREM', leases, session .. '/' .. shard)
local status = outcome == 'Error' and 'failed' or 'completed'
redis.call('HSET', state, 'status', status, 'completed_at', now, 'summary', summary)
redis.call('HDEL', state, 'current_url')
post('finished', '')
touch()
return ours

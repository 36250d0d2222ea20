#!lua flags=allow-oom
-- keys: fence verdict state sessions
-- uses: clock touch
-- Ends the session from the operator's side, unless it has a verdict. The first verdict stays.
local attempt = take()
local generation = take()
local reason = take()

local standing = redis.call('GET', verdict)
if standing then
  return standing
end
if tonumber(redis.call('HGET', fence, 'attempt') or 0) > tonumber(attempt) then
  return redis.error_reply('FENCELOST a newer attempt exists')
end
local ours = cjson.encode({ cancelled = true, outcome = cjson.null, completed_at = now, reason = reason })
redis.call('SET', verdict, ours)
redis.call('HSETNX', fence, 'attempt', attempt)
redis.call('HSET', fence, 'generation', generation, 'signal', 'cancel')
redis.call('ZADD', sessions, 'NX', now, session)
redis.call('HSET', state, 'session_id', session, 'status', 'failed', 'completed_at', now, 'error', reason)
touch()
return ours

#!lua flags=allow-oom
-- keys: fence spec verdict state sessions
-- uses: clock touch post
-- Ends the session from the operator's side, unless it has a verdict. The first verdict stays.
-- The spec is put beside it where it was never dispatched, for those who are told of the end.
local attempt = take()
local generation = take()
local reason = take()
local spec_json = take()
local namespace = take()
local name = take()
local entries = take()

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
if spec_json ~= '' and redis.call('EXISTS', spec) == 0 then
  redis.call('HSET', spec, 'json', spec_json, 'namespace', namespace, 'name', name, 'entries', entries)
end
post('finished', '')
touch()
return ours

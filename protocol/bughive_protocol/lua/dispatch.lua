#!lua
-- keys: fence spec released verdict state sessions expiring
-- uses: clock touch expel
-- Raises the fence to a new attempt. What was found and what is still to be crawled stays.
local attempt = tonumber(take())
local generation = take()
local shards = take()
local spec_json = take()
local namespace = take()
local name = take()
local entries = take()
local task_id = take()

local held = tonumber(redis.call('HGET', fence, 'attempt') or 0)
if attempt == held then
  return 1
end
if attempt < held or redis.call('EXISTS', verdict) == 1 or redis.call('ZSCORE', expiring, session) then
  return 0
end
expel()
redis.call('DEL', released)
redis.call('HSET', fence, 'attempt', attempt, 'generation', generation, 'shards', shards, 'signal', 'run', 'sends', 0)
redis.call('HDEL', fence, 'sent_at', 'started_at', 'sliced')
redis.call('HSET', spec, 'json', spec_json, 'namespace', namespace, 'name', name, 'entries', entries)
redis.call('HSET', state, 'session_id', session, 'status', 'pending', 'task_id', task_id)
redis.call('HDEL', state, 'crowded')
redis.call('HSETNX', state, 'pages_crawled', 0)
redis.call('HSETNX', state, 'bugs_found', 0)
redis.call('ZADD', sessions, 'NX', now, session)
touch()
return 1

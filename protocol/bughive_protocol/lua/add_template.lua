#!lua
-- keys: templates counters
-- uses: fence
-- Makes a template known to all shards, unless others were added since the asker last looked: then it gets all of them.
local seen = take()
local id = take()
local body = take()
local version = redis.call('HGET', counters, 'templates') or '0'
if version == seen then
  redis.call('HSETNX', templates, id, body)
  return { redis.call('HINCRBY', counters, 'templates', 1) }
end
return { version, redis.call('HVALS', templates) }

#!lua flags=no-writes
-- keys: templates counters
-- All templates, where others became known since the asker last looked.
local seen = take()
local version = redis.call('HGET', counters, 'templates') or '0'
if version == seen then
  return { version }
end
return { version, redis.call('HVALS', templates) }

#!lua
-- keys: templates counters
-- uses: fence
-- Its first page could not be inspected: the next one like it is.
redis.call('HDEL', templates, take())
return redis.call('HINCRBY', counters, 'templates', 1)

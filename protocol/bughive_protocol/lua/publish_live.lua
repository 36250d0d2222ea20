#!lua
-- keys: live
-- uses: clock
-- Publishes which sessions' resources exist.
redis.call('HSET', live, 'at', now, 'ids', take())
return 1

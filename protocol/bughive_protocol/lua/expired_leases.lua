#!lua flags=no-writes
-- keys: leases
-- uses: clock
-- The leases that have run out, by Redis' own clock.
return redis.call('ZRANGEBYSCORE', leases, '-inf', now)

#!lua flags=allow-oom
-- keys: state deliveries
-- uses: clock touch
-- All that the session left in the outbox is on its way.
if redis.call('HDEL', deliveries, 'unsent') == 0 or redis.call('EXISTS', state) == 0 then
  return 0
end
touch()
return 1

#!lua
-- keys: fence
-- uses: clock touch
-- Notes that the attempt's message was sent.
if redis.call('HGET', fence, 'attempt') ~= take() then
  return 0
end
redis.call('HSET', fence, 'sent_at', now)
redis.call('HINCRBY', fence, 'sends', 1)
touch()
return 1

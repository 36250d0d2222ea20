#!lua
-- keys: dead_letters dead_letter_replays
-- uses: clock
-- Gives the right to send a dead letter to one of those who ask; a claim that came to nothing runs out.
local id = take()
local milliseconds = tonumber(take())
local claimed_until = tonumber(redis.call('ZSCORE', dead_letter_replays, id))
if #redis.call('XRANGE', dead_letters, id, id) == 0 then
  return claimed_until and 'REPLAYED' or 'MISSING'
end
if claimed_until and claimed_until > now then
  return 'BUSY'
end
redis.call('ZADD', dead_letter_replays, now + milliseconds, id)
redis.call('ZREMRANGEBYRANK', dead_letter_replays, 0, -2001)
return 'OK'

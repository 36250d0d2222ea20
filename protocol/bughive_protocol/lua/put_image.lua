#!lua
-- keys: images pictures counters
-- uses: fence post
-- Keeps a picture until it is uploaded, and tells the outbox. Returns 1 where it did, 0 where there is one already, -1 where there is no room.
local subject = take()
local packed = take()
local room = tonumber(take())
if redis.call('HEXISTS', images, subject) == 1 or redis.call('HEXISTS', pictures, subject) == 1 then
  return 0
end
local used = tonumber(redis.call('HGET', counters, 'image_bytes') or 0)
if used + #packed > room then
  return -1
end
redis.call('HSET', images, subject, packed)
redis.call('HINCRBY', counters, 'image_bytes', #packed)
post('picture', subject)
return 1

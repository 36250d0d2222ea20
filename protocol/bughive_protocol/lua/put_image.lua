#!lua
-- keys: images counters
-- uses: fence
-- Keeps a picture, if there is none yet and room for it.
local fingerprint = take()
local jpeg = take()
local room = tonumber(take())
local used = tonumber(redis.call('HGET', counters, 'image_bytes') or 0)
if used + #jpeg > room or redis.call('HSETNX', images, fingerprint, jpeg) == 0 then
  return 0
end
redis.call('HINCRBY', counters, 'image_bytes', #jpeg)
return 1

#!lua
-- keys: fence verdict
-- uses: clock touch
-- Asks the attempt's workers to go on, suspend or cancel; what an older generation asked for never comes back.
local attempt = take()
local generation = take()
local wanted = take()

local held = redis.call('HMGET', fence, 'attempt', 'generation', 'signal')
if held[1] ~= attempt or tonumber(generation) < tonumber(held[2]) or redis.call('EXISTS', verdict) == 1 then
  return 0
end
if held[2] ~= generation or held[3] ~= wanted then
  redis.call('HSET', fence, 'generation', generation, 'signal', wanted)
  touch()
end
return 1

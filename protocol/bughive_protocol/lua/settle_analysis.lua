#!lua
-- keys: analysis
-- uses: fence
-- Puts what a call to the language model did cost in place of what it had reserved, once.
local call = 'open:' .. take()
local cost = tonumber(take())
local unusable = take()
local reserved = redis.call('HGET', analysis, call)
if not reserved then
  return 0
end
local worst = tonumber(reserved)
redis.call('HDEL', analysis, call)
redis.call('HINCRBY', analysis, 'micro_usd', cost - worst)
redis.call('HINCRBY', analysis, 'reserved', -worst)
redis.call('HINCRBY', analysis, 'unusable', unusable)
return 1

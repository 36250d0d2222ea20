#!lua
-- keys: analysis
-- uses: fence
-- Reserves the most that a call to the language model can cost, if the session may still spend that.
local call = 'open:' .. take()
local page = 'page:' .. take()
local worst = tonumber(take())
local most = tonumber(take())
local most_pages = tonumber(take())
local of_a_worker = { [take()] = true, [take()] = true }

local function number(field)
  return tonumber(redis.call('HGET', analysis, field) or 0)
end

local stopped = redis.call('HGET', analysis, 'stopped')
if stopped and of_a_worker[stopped] then
  redis.call('HDEL', analysis, 'stopped', 'message')
elseif stopped then
  return 'STOPPED'
end
-- The same call again, because the answer to the first was lost?
if redis.call('HEXISTS', analysis, call) == 1 then
  return 'OK'
end
local first = redis.call('HGET', analysis, page) ~= 'asked'
if first and number('pages') >= most_pages then
  return 'PAGES'
end
if number('micro_usd') + worst > most then
  return number('micro_usd') - number('reserved') + worst <= most and 'BUSY' or 'BUDGET'
end
redis.call('HSET', analysis, call, worst)
redis.call('HINCRBY', analysis, 'micro_usd', worst)
redis.call('HINCRBY', analysis, 'reserved', worst)
redis.call('HINCRBY', analysis, 'calls', 1)
if first then
  redis.call('HSET', analysis, page, 'asked')
  redis.call('HINCRBY', analysis, 'pages', 1)
end
return 'OK'

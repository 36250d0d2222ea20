#!lua
-- keys: pages pending claims results deaths
-- uses: fence repeat
-- Claims the first pages in line, never so many that more than max_pages are claimed or recorded.
local call = take()
local limit = tonumber(take())
local max_pages = tonumber(take())

local claimed = repeated('pages:' .. shard, call, claims)
if not claimed then
  local room = max_pages - redis.call('HLEN', results) - redis.call('HLEN', claims)
  claimed = claim(pending, claims, math.min(limit, room))
  remember('pages:' .. shard, call, claimed)
end
local answer = {}
for _, url in ipairs(claimed) do
  answer[#answer + 1] = redis.call('HGET', pages, url)
  answer[#answer + 1] = tonumber(redis.call('HGET', deaths, url) or 0)
end
return answer

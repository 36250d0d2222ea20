#!lua
-- keys: links link_pending link_claims
-- uses: fence repeat
-- Claims the first links in line.
local call = take()
local limit = tonumber(take())

local claimed = repeated('links:' .. shard, call, link_claims)
if not claimed then
  claimed = claim(link_pending, link_claims, limit)
  remember('links:' .. shard, call, claimed)
end
local answer = {}
for _, url in ipairs(claimed) do
  answer[#answer + 1] = redis.call('HGET', links, url)
end
return answer

-- keys: pages pending results left_out link_pending
-- uses: place
-- discover(max_known): makes the pages known that follow in the arguments; returns how many were new.
-- A link that turns out to be a page is not checked.
local function discover(max_known)
  local known = redis.call('HLEN', pages)
  local new = 0
  for _ = 1, tonumber(take()) do
    local url = take()
    local rank = take()
    local item = take()
    if known + new < max_known and redis.call('HSETNX', pages, url, item) == 1 then
      new = new + 1
      redis.call('ZREM', link_pending, url)
      redis.call('HDEL', left_out, url)
      if redis.call('HEXISTS', results, url) == 0 then
        redis.call('ZADD', pending, place(rank), url)
      end
    end
  end
  return new
end

-- keys: pages pending claims deaths results counters link_pending link_claims answers state
-- give_back(shard, died): returns what a shard has claimed and not recorded. If it died, each page it had
-- counts a death; at the second one the page is recorded as failed, so that it cannot kill a third worker.
local function give_up(url)
  local item = cjson.decode(redis.call('HGET', pages, url))
  local result = {
    url = url,
    ['end'] = 'CrashedWorker',
    depth = item.depth,
    via = item.via,
    referrer = item.referrer,
    error = 'two workers died while they had this page',
  }
  if redis.call('HSETNX', results, url, cjson.encode(result)) == 1 then
    redis.call('HINCRBY', counters, 'failed', 1)
    redis.call('HSET', state, 'pages_crawled', redis.call('HLEN', results))
  end
end

local function each_claim(held_by, of, give)
  local held = redis.call('HGETALL', held_by)
  for i = 1, #held, 2 do
    local holder, score = string.match(held[i + 1], '^(%d+) (.+)$')
    if holder == of then
      redis.call('HDEL', held_by, held[i])
      give(held[i], score)
    end
  end
end

local function give_back(of, died)
  each_claim(claims, of, function(url, score)
    if died and redis.call('HINCRBY', deaths, url, 1) >= 2 then
      give_up(url)
    else
      redis.call('ZADD', pending, score, url)
    end
  end)
  each_claim(link_claims, of, function(url, score)
    redis.call('ZADD', link_pending, score, url)
  end)
  redis.call('HDEL', answers, 'pages:' .. of, 'links:' .. of)
end

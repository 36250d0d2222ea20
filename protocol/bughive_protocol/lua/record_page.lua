#!lua
-- keys: pages pending claims deaths results left_out links link_pending link_counts link_sources
-- keys: occurrences examples templates counters state
-- uses: clock fence discover find touch
-- Writes a page with all that follows from it, once. Nothing else marks a page as done, so a page is
-- recorded with its findings, links and messages, or it is crawled again.
local url = take()
local failed = take()
local reused = take()
local result = take()
local max_known = tonumber(take())
local max_examples = tonumber(take())
local max_sources = tonumber(take())
local max_left_out = tonumber(take())

redis.call('HDEL', claims, url)
if redis.call('HSETNX', results, url, result) == 0 then
  return {}
end
redis.call('ZREM', pending, url)
redis.call('HDEL', deaths, url)
redis.call('ZREM', link_pending, url)
if failed == '1' then
  redis.call('HINCRBY', counters, 'failed', 1)
end
if reused == '1' then
  redis.call('HINCRBY', counters, 'reused', 1)
end

discover(max_known)

local known_left_out = redis.call('HLEN', left_out)
for _ = 1, tonumber(take()) do
  local page = take()
  local why = take()
  if known_left_out < max_left_out and redis.call('HEXISTS', pages, page) == 0 then
    known_left_out = known_left_out + redis.call('HSETNX', left_out, page, why)
  end
end

local known_links = redis.call('HLEN', links)
for _ = 1, tonumber(take()) do
  local link = take()
  local item = take()
  local known = redis.call('HEXISTS', links, link) == 1
  local is_page = redis.call('HEXISTS', pages, link) == 1 or redis.call('HEXISTS', results, link) == 1
  if not known and not is_page and known_links < max_known then
    redis.call('HSET', links, link, item)
    redis.call('ZADD', link_pending, place(0), link)
    known_links = known_links + 1
    known = true
  end
  if known then
    occur(link_counts, link_sources, link, url, max_sources)
  end
end

local new = {}
for _ = 1, tonumber(take()) do
  local fingerprint = take()
  local severity = take()
  local body = take()
  if find(fingerprint, severity, body) then
    new[#new + 1] = fingerprint
  end
  occur(occurrences, examples, fingerprint, url, max_examples)
end

for _ = 1, tonumber(take()) do
  local template = take()
  redis.call('HSET', templates, template, take())
end

redis.call('HSET', state, 'pages_crawled', redis.call('HLEN', results), 'current_url', url)
touch()
return new

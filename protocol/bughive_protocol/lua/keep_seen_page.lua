#!lua
-- keys: seen_pages seen_until
-- uses: clock
-- Keeps what was seen of a page for `span` ms, or as long as what it replaces. To make room, what is past goes, some of
-- it a call, and then what expires soonest; when the last is past, all of it expires.
local name = take()
local seen = take()
local span = tonumber(take())
local room = tonumber(take())

local function drop(kept)
  redis.call('HINCRBY', seen_pages, 'bytes', 0 - redis.call('HSTRLEN', seen_pages, kept))
  redis.call('HDEL', seen_pages, kept)
  redis.call('ZREM', seen_until, kept)
end

for _, past in ipairs(redis.call('ZRANGEBYSCORE', seen_until, '-inf', now, 'LIMIT', 0, 100)) do
  drop(past)
end
local till = math.max(now + span, tonumber(redis.call('ZSCORE', seen_until, name) or 0))
drop(name)
for _, soonest in ipairs(redis.call('ZRANGE', seen_until, 0, 99)) do
  if tonumber(redis.call('HGET', seen_pages, 'bytes')) + #seen <= room then
    break
  end
  drop(soonest)
end
if tonumber(redis.call('HGET', seen_pages, 'bytes')) + #seen > room then
  return 0
end
redis.call('HSET', seen_pages, name, seen)
redis.call('HINCRBY', seen_pages, 'bytes', #seen)
redis.call('ZADD', seen_until, string.format('%.0f', till), name)
local last = redis.call('ZRANGE', seen_until, -1, -1, 'WITHSCORES')[2]
redis.call('PEXPIREAT', seen_pages, string.format('%.0f', last))
redis.call('PEXPIREAT', seen_until, string.format('%.0f', last))
return 1

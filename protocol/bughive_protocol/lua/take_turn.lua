#!lua
-- keys: paces
-- Reserves a host's next free moment, and keeps it for `interval` µs after that. The answer is how long to wait, in µs.
-- With `pause`, the host is first left alone for so long.
local host = take()
local interval = tonumber(take())
local pause = tonumber(take())

local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
redis.call('ZREMRANGEBYSCORE', paces, '-inf', now)
local free = math.max(now + pause, tonumber(redis.call('ZSCORE', paces, host) or 0))
-- As digits: a score that is written 1.8e+15 has lost its end.
redis.call('ZADD', paces, string.format('%.0f', free + interval), host)
return free - now

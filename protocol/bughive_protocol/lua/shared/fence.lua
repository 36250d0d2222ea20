-- keys: lease
-- Goes on only for the holder of the lease: a newer attempt or epoch has another token, a deleted session none.
local shard = take()
local token = take()
if redis.call('HGET', lease, 'token:' .. shard) ~= token then
  return redis.error_reply('FENCELOST another attempt or epoch owns the session')
end

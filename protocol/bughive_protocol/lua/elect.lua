#!lua flags=allow-oom
-- keys: lease leases verdict pending claims results link_pending link_claims
-- uses: clock fence
-- Elects one finisher once nothing is left to claim and nobody holds a claim. The office goes with the shard's
-- lease: where that has run out or was given up, the next one who asks gets it.
local max_pages = tonumber(take())

if redis.call('EXISTS', verdict) == 1 then
  return 'DONE'
end
local busy = redis.call('HLEN', claims)
local room = max_pages - redis.call('HLEN', results) - busy
if redis.call('ZCARD', link_pending) > 0 or (room > 0 and redis.call('ZCARD', pending) > 0) then
  return 'WORK'
end
if busy > 0 or redis.call('HLEN', link_claims) > 0 then
  return 'WAIT'
end
local finisher = redis.call('HGET', lease, 'finisher')
if finisher then
  local other, proof = string.match(finisher, '^(%d+) (.+)$')
  local alive = redis.call('HGET', lease, 'token:' .. other) == proof
    and tonumber(redis.call('ZSCORE', leases, session .. '/' .. other) or 0) > now
  if alive and proof ~= token then
    return 'WAIT'
  end
end
redis.call('HSET', lease, 'finisher', shard .. ' ' .. token)
return 'FINISH'

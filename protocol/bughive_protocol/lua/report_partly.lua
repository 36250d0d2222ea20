#!lua flags=allow-oom
-- keys: lease leases verdict
-- uses: clock fence
-- Elects one of those that were stopped to report what there is, once the others have recorded or given back.
local standing = redis.call('GET', verdict)
if standing and not cjson.decode(standing).cancelled then
  return 'DONE'
end
local reporter = redis.call('HGET', lease, 'reporter')
local alive = 0
for _, field in ipairs(redis.call('HKEYS', lease)) do
  local other = string.match(field, '^token:(%d+)$')
  if other and other ~= shard and tonumber(redis.call('ZSCORE', leases, session .. '/' .. other) or 0) > now then
    alive = alive + 1
    if reporter == other .. ' ' .. redis.call('HGET', lease, field) then
      return 'DONE'
    end
  end
end
redis.call('HSET', lease, 'reporter', shard .. ' ' .. token)
return alive > 0 and 'WAIT' or 'FINISH'

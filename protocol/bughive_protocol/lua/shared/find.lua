-- keys: findings counters occurrences state
-- find(fingerprint, severity, body): keeps a finding; whether it is new.
local function find(fingerprint, severity, body)
  if redis.call('HSETNX', findings, fingerprint, body) == 0 then
    return false
  end
  redis.call('HSETNX', occurrences, fingerprint, 0)
  redis.call('HINCRBY', counters, 'bugs:' .. severity, 1)
  redis.call('HINCRBY', state, 'bugs_found', 1)
  return true
end

-- occur(counted, named, name, page, most): counts one more page, and keeps the first ones by name.
local function occur(counted, named, name, page, most)
  local count = redis.call('HINCRBY', counted, name, 1)
  if count == 1 then
    redis.call('HSET', named, name, page)
  elseif count <= most then
    redis.call('HSET', named, name, redis.call('HGET', named, name) .. '\n' .. page)
  end
end

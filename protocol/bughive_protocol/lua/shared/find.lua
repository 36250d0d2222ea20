-- keys: findings ignored counters occurrences state
-- uses: post
-- find(fingerprint, severity, body): keeps a finding; whether it is new. With 'Ignored' for a severity it is not
-- counted, until it is also seen where nothing ignores it: then that example takes the place of the first.
-- When it first counts, the outbox tells of it.
local function find(fingerprint, severity, body)
  local new = redis.call('HSETNX', findings, fingerprint, body) == 1
  if new then
    redis.call('HSETNX', occurrences, fingerprint, 0)
  end
  if severity == 'Ignored' then
    if new then
      redis.call('SADD', ignored, fingerprint)
    end
    return new
  end
  local counts_now = redis.call('SREM', ignored, fingerprint) == 1
  if counts_now then
    redis.call('HSET', findings, fingerprint, body)
  end
  if new or counts_now then
    redis.call('HINCRBY', counters, 'bugs:' .. severity, 1)
    redis.call('HINCRBY', state, 'bugs_found', 1)
    post('bug', fingerprint)
  end
  return new
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

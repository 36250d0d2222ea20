#!lua flags=allow-oom
-- keys: state deliveries delivery_items expiring
-- uses: clock touch
-- Notes what became of things that are to be delivered, each once: `pending`, `done`, `failed`, or `moot` where there
-- turned out to be nothing to deliver. What is done stays done; what has failed is not pending again. A receiver that is
-- `closed` is no item and counts nowhere.
local kind = take()
local becomes = take()
local error = take()
if redis.call('EXISTS', state) == 0 then
  return 0
end
local told = cjson.decode(redis.call('HGET', deliveries, kind) or '{"done":0,"failed":0,"pending":0,"error":""}')
local changed = 0
for _ = 1, tonumber(take()) do
  local item = kind .. ' ' .. take()
  local was = redis.call('HGET', delivery_items, item)
  if was ~= becomes and was ~= 'done' and not (was and becomes == 'pending') then
    if was and told[was] then
      told[was] = told[was] - 1
    end
    if told[becomes] then
      told[becomes] = told[becomes] + 1
    end
    redis.call('HSET', delivery_items, item, becomes)
    changed = changed + 1
  end
end
if changed == 0 then
  return 0
end
if becomes == 'failed' then
  told.error = error
elseif told.failed == 0 then
  told.error = ''
end
told.at = now
redis.call('HSET', deliveries, kind, cjson.encode(told))
local expires = redis.call('ZSCORE', expiring, session)
if expires then
  redis.call('PEXPIREAT', deliveries, string.format('%.0f', expires))
  redis.call('PEXPIREAT', delivery_items, string.format('%.0f', expires))
end
if becomes ~= 'pending' then
  touch()
end
return changed

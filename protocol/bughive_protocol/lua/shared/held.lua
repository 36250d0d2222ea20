-- keys: lease
-- held(): whether any shard has a holder, alive or not.
local function held()
  for _, field in ipairs(redis.call('HKEYS', lease)) do
    if string.match(field, '^token:') then
      return true
    end
  end
  return false
end

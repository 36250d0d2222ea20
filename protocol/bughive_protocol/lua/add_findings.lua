#!lua
-- keys: occurrences examples
-- uses: fence find touch
-- Writes findings that belong to no page's record, each once, with all its occurrences.
local new = {}
for _ = 1, tonumber(take()) do
  local fingerprint = take()
  local severity = take()
  local body = take()
  local count = take()
  local pages = take()
  if find(fingerprint, severity, body) then
    redis.call('HSET', occurrences, fingerprint, count)
    redis.call('HSET', examples, fingerprint, pages)
    new[#new + 1] = fingerprint
  end
end
touch()
return new

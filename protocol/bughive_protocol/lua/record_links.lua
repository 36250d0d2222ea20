#!lua
-- keys: link_results link_claims link_pending link_findings
-- uses: fence find touch
-- Writes link checks and the findings that follow from them, each link once.
local new = {}
for _ = 1, tonumber(take()) do
  local url = take()
  local result = take()
  local fingerprint = take()
  local severity = take()
  local body = take()
  redis.call('HDEL', link_claims, url)
  redis.call('ZREM', link_pending, url)
  if redis.call('HSETNX', link_results, url, result) == 1 and fingerprint ~= '' then
    redis.call('HSET', link_findings, url, fingerprint)
    if find(fingerprint, severity, body) then
      new[#new + 1] = fingerprint
    end
  end
end
touch()
return new

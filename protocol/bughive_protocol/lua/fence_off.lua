#!lua flags=allow-oom
-- keys: fence
-- uses: clock touch expel
-- Takes the lease from whoever holds it in this attempt.
if redis.call('HGET', fence, 'attempt') ~= take() then
  return 0
end
expel()
touch()
return 1

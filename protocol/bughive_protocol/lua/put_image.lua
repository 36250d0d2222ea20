#!lua
-- keys: state images pictures captures
-- uses: clock fence post touch weigh
-- Keeps a picture until it is uploaded, and tells the outbox. Returns 1 where it did, 0 where there is one already, -1 where
-- too many of the session wait, -2 where too many of all sessions do: of those two the operator tells people.
local subject = take()
local packed = take()
local room = tonumber(take())
local all_room = tonumber(take())
if redis.call('HEXISTS', images, subject) == 1 or redis.call('HEXISTS', pictures, subject) == 1 then
  return 0
end
local crowded, answer = nil, 1
if tonumber(redis.call('HGET', captures, session) or 0) + #packed > room then
  crowded, answer = 'session', -1
elseif tonumber(redis.call('HGET', captures, 'bytes') or 0) + #packed > all_room then
  crowded, answer = 'all', -2
end
if crowded then
  if redis.call('HGET', state, 'crowded') ~= crowded then
    redis.call('HSET', state, 'crowded', crowded)
    touch()
  end
  return answer
end
redis.call('HSET', images, subject, packed)
weigh(#packed)
post('picture', subject)
if redis.call('HDEL', state, 'crowded') == 1 then
  touch()
end
return answer

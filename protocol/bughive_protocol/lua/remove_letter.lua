#!lua flags=allow-oom
-- keys: dead_letters dead_letter_tasks
-- Removes a dead letter.
local id = take()
local found = redis.call('XRANGE', dead_letters, id, id)[1]
if not found then
  return 0
end
if redis.call('HGET', dead_letter_tasks, found[2][2]) == id then
  redis.call('HDEL', dead_letter_tasks, found[2][2])
end
return redis.call('XDEL', dead_letters, id)

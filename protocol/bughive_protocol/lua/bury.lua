#!lua flags=allow-oom
-- keys: dead_letters dead_letter_tasks
-- Keeps a dead letter: one for each task id, and at most so many in all.
local task_id = take()
local most = tonumber(take())
local letter = take()
local former = redis.call('HGET', dead_letter_tasks, task_id)
if former then
  redis.call('XDEL', dead_letters, former)
end
local id = redis.call('XADD', dead_letters, '*', 'task_id', task_id, 'letter', letter)
if task_id ~= '' then
  redis.call('HSET', dead_letter_tasks, task_id, id)
end
local over = redis.call('XLEN', dead_letters) - most
if over > 0 then
  for _, entry in ipairs(redis.call('XRANGE', dead_letters, '-', '+', 'COUNT', over)) do
    redis.call('XDEL', dead_letters, entry[1])
    redis.call('HDEL', dead_letter_tasks, entry[2][2])
  end
end
return id

-- keys: spec outbox deliveries
-- post(kind, body): leaves an entry for the operator to send on, where the session's spec asks for such.
-- After the last one, 'unsent' stands until the operator has sent on all of them.
local function post(kind, body)
  local wanted = redis.call('HGET', spec, 'entries') or ''
  if string.find(' ' .. wanted .. ' ', ' ' .. kind .. ' ', 1, true) then
    redis.call('XADD', outbox, '*', 'session', session, 'kind', kind, 'body', body)
    if kind == 'finished' then
      redis.call('HSET', deliveries, 'unsent', 1)
    end
  end
end

-- keys: images captures
-- weigh(change): counts bytes of the session's captures that came or went, for it and for all sessions; nothing is no key.
local function weigh(change)
  for _, whose in ipairs({ session, 'bytes' }) do
    if redis.call('HINCRBY', captures, whose, change) == 0 then
      redis.call('HDEL', captures, whose)
    end
  end
end

-- let_go(): drops all captures of the session. Every script that ends a session or its keys calls it, so that what is
-- counted is what is there.
local function let_go()
  redis.call('UNLINK', images)
  weigh(0 - tonumber(redis.call('HGET', captures, session) or 0))
end

#!lua flags=allow-oom
-- keys: sessions expiring changes ...
-- uses: expel weigh
-- Removes all that is known of a session. Without a fence every holder is refused from now on.
expel()
local gone = redis.call('UNLINK', unpack(everything))
let_go()
redis.call('ZREM', sessions, session)
redis.call('ZREM', expiring, session)
redis.call('ZREM', changes, session)
return gone

#!lua
-- keys: analysis
-- uses: fence touch
-- Says why the language model is asked no more, unless that was said before.
if redis.call('HSETNX', analysis, 'stopped', take()) == 1 then
  redis.call('HSET', analysis, 'message', take())
  touch()
end
return 1

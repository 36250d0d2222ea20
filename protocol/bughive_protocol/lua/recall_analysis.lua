#!lua
-- keys: analysis
-- uses: fence
-- Counts a page whose answer an earlier session had paid for, once.
if redis.call('HSETNX', analysis, 'page:' .. take(), 'recalled') == 1 then
  redis.call('HINCRBY', analysis, 'recalled', 1)
end
return 1

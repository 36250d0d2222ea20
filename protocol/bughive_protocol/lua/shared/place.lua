-- keys: counters
-- place(rank): a score at the end of this rank's line; ranks are 2^32 discoveries apart.
local function place(rank)
  return rank * 4294967296 + redis.call('HINCRBY', counters, 'sequence', 1)
end

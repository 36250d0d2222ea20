-- keys: counters
-- place(depth): a score at the end of this depth's line; depths are 2^32 discoveries apart.
local function place(depth)
  return depth * 4294967296 + redis.call('HINCRBY', counters, 'sequence', 1)
end

-- keys: pages pending claims results left_out link_pending link_claims findings ignored counters analysis
-- count(): the session in numbers, in the order that tally.py reads.
local function count()
  return {
    redis.call('HLEN', pages),
    redis.call('ZCARD', pending),
    redis.call('HLEN', claims),
    redis.call('HLEN', results),
    redis.call('HLEN', left_out),
    redis.call('ZCARD', link_pending),
    redis.call('HLEN', link_claims),
    redis.call('HLEN', findings),
    redis.call('SCARD', ignored),
    redis.call('HMGET', counters, 'failed', 'reused', 'bugs:Critical', 'bugs:High', 'bugs:Medium', 'bugs:Low'),
    redis.call('HMGET', analysis, 'pages', 'recalled', 'calls', 'unusable', 'micro_usd', 'stopped', 'message'),
  }
end

#!lua flags=allow-oom
-- keys: digest
-- uses: fence touch
-- Leaves the result in short for the operator.
redis.call('SET', digest, take())
touch()
return 1

#!lua flags=no-writes
-- uses: counts
-- The session in numbers, of one moment.
return count()

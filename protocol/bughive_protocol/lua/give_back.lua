#!lua flags=allow-oom
-- uses: fence give_back touch
-- Returns what the shard has claimed and not recorded.
give_back(shard, false)
touch()
return 1

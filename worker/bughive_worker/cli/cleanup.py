"""``bughive cleanup``: what the nightly CronJob runs, without a worker between."""

import json
import sys

from redis.exceptions import RedisError

from bughive_protocol.errors import BugHiveError
from bughive_protocol.logging import configure_logging, configured_format
from bughive_protocol.settings import load
from bughive_worker.settings import WorkerSettings
from bughive_worker.tasks.cleanup_old_sessions import clean_up_all


def clean_up(max_age_hours: float, *, dry_run: bool) -> int:
    """Clean up, and print what was removed as JSON. Returns the exit code: 1 where a store cannot be reached."""
    settings = load(WorkerSettings)
    configure_logging(configured_format(settings.log_format), settings.log_level)
    try:
        done = clean_up_all(settings, max_age_hours, dry_run=dry_run)
    except (RedisError, BugHiveError) as error:
        sys.stderr.write(f"bughive cleanup: {error}\nWhat could be removed is; run it again for the rest.\n")
        return 1
    sys.stdout.write(f"{json.dumps(done)}\n")
    return 0

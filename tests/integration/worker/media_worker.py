"""A real worker of the queue media that has no patience with a store, nor between two tries."""

import sys
from datetime import timedelta
from functools import partial

from bughive_worker.main import parse
from bughive_worker.runtime import picture_work
from bughive_worker.runtime.errand import RetryPolicy
from bughive_worker.serve import serve
from bughive_worker.tasks import upload_screenshot

RETRIES = 3


async def no_work(*_: object) -> None:
    raise AssertionError


if __name__ == "__main__":
    picture_work.PATIENCE = timedelta(seconds=1)
    upload_screenshot.register = partial(upload_screenshot.register, policy=RetryPolicy(RETRIES, 0.1, 0.1))
    given = parse(sys.argv[1:])
    sys.exit(serve(given.queues, no_work, given.concurrency))  # type: ignore[arg-type]

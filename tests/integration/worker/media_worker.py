"""A real worker of the queue media that has no patience with a store, nor between two tries."""

import sys
from dataclasses import replace
from datetime import timedelta

from bughive_worker.main import parse
from bughive_worker.runtime import child
from bughive_worker.serve import serve


async def no_work(*_: object) -> None:
    raise AssertionError


if __name__ == "__main__":
    child.ARTIFACT_PATIENCE = timedelta(seconds=1)
    given = parse(sys.argv[1:])
    sys.exit(serve(replace(given.queues, retry_seconds=0.1), no_work, given.concurrency))  # type: ignore[arg-type]

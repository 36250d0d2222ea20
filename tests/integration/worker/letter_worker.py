"""A real worker with a few tasks more that fail in every way; none of them is the product's."""

import os
import signal
import sys
import time

from celery import Celery, Task

import bughive_worker.app
from bughive_protocol.errors import PermanentError, TransientError
from bughive_worker.main import parse
from bughive_worker.serve import serve
from bughive_worker.tasks import register

ours = register.register_tasks


def register_more(app: Celery, *rest: object) -> None:
    ours(app, *rest)

    @app.task(name="test.flaky", bind=True, max_retries=2)
    def flaky(task: Task, who: str) -> None:
        raise task.retry(exc=TransientError(f"{who} is away, redis://user:secret@host:1/0"), countdown=0)

    @app.task(name="test.refused")
    def refused() -> None:
        raise PermanentError("no such team")

    @app.task(name="test.defect")
    def defect(number: int) -> float:
        return 1 / number

    @app.task(name="test.slow", time_limit=2, soft_time_limit=1)
    def slow() -> None:
        time.sleep(60)

    @app.task(name="test.dies", max_retries=1, default_retry_delay=0)
    def dies() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    @app.task(name="test.well")
    def well(word: str = "") -> str:
        return word


async def no_work(*_: object) -> None:
    raise AssertionError


if __name__ == "__main__":
    bughive_worker.app.register_tasks = register_more  # type: ignore[assignment]
    given = parse(sys.argv[1:])
    sys.exit(serve(given.queues, no_work, given.concurrency))  # type: ignore[arg-type]

"""A short task's coroutine in the child's loop, and when the task is tried again.

Short tasks have retries of Celery's, for nobody else looks after them. What trying again cannot help fails at once.
"""

import random
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

from celery import Task
from redis.exceptions import RedisError

from bughive_protocol.errors import TransientError
from bughive_protocol.queues import MEDIA, TICKETS
from bughive_worker.runtime.child import Child

CANCEL_SECONDS = 5.0
"""How long a coroutine may take to end that was cancelled at the task's time limit."""
T = TypeVar("T")


@dataclass(frozen=True)
class RetryPolicy:
    """How often a task is tried again, and after how many seconds."""

    retries: int
    first: float
    longest: float

    def delay(self, retries: int, chance: float) -> float:
        """Seconds to the next try after so many retries: twice as long each time, and spread by ``chance`` (0 to 1)."""
        return min(self.first * (1 << retries), self.longest) * (1 + chance / 4)


# A message that waits longer than its queue's visibility timeout (300 s) is delivered twice.
RETRIES = {TICKETS.name: RetryPolicy(5, 30, 220), MEDIA.name: RetryPolicy(3, 30, 220)}
"""By queue."""


def run_errand(task: Task, child: Child, policy: RetryPolicy, make: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run a coroutine to its end; where it fails by what may pass, the task is tried again."""
    try:
        return _in_loop(child, make)
    except (TransientError, RedisError) as error:
        delay = policy.delay(task.request.retries, random.random())  # noqa: S311 - only to spread them
        raise task.retry(exc=error, countdown=delay) from error


def _in_loop(child: Child, make: Callable[[], Coroutine[Any, Any, T]]) -> T:
    errand = child.loop.submit(make)
    try:
        return errand.result()
    except BaseException:
        # Celery's time limit comes as an exception into this thread; the loop knows nothing of it.
        errand.cancel()
        errand.wait(CANCEL_SECONDS)
        raise

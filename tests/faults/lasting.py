"""Faults that last."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from bughive_dev.waiting import wait_until


@contextmanager
def lasting(seconds: float) -> Iterator[None]:
    """The fault that is under way goes on until so much time is over."""
    until = time.monotonic() + seconds
    yield
    wait_until("the fault is over", lambda: time.monotonic() >= until, seconds + 5)

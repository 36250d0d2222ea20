"""Waiting for something that another process does."""

import time
from collections.abc import Callable

from bughive_dev.errors import SetupError

PAUSE_SECONDS = 0.05


def wait_until(what: str, ready: Callable[[], bool], seconds: float, tell: Callable[[], object] = str) -> None:
    """Ask `ready` until it says yes; it may raise to give up early.

    Raises:
        SetupError: `seconds` have passed; the message names `what` was waited for, and what `tell` has to say.
    """
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            raise SetupError(f"waited {seconds:.0f} s in vain: {what} {tell()}".rstrip())
        time.sleep(PAUSE_SECONDS)

"""How long a task waits before it is tried again: pure."""

from bughive_protocol.errors import IntegrationPaused
from bughive_protocol.queues import Queue

LONGEST_SECONDS = 240.0
"""Shorter than the broker's patience with messages that nobody acknowledges: it would deliver one twice that waits."""
_SPREAD = 0.25
"""So much longer a wait may be, so that those who failed together do not come back together."""


def retry_wait(queue: Queue, retries: int, error: BaseException, luck: float) -> float:
    """Seconds until the next try.

    Args:
        queue: where the task came from.
        retries: how often it was tried again so far.
        error: what the last try failed by; where that says for how long to stay away, it is for so long at least.
        luck: from 0 to 1, another one each time.
    """
    grown = queue.retry_seconds * 2.0**retries
    asked = error.seconds if isinstance(error, IntegrationPaused) else 0.0
    return min(max(grown, asked) * (1 + _SPREAD * luck), LONGEST_SECONDS)

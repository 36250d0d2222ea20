"""How a turn of work ended, and what the release record says of it: pure decisions."""

import asyncio
from dataclasses import dataclass

from celery.exceptions import SoftTimeLimitExceeded
from redis.exceptions import ConnectionError as RedisUnreachable
from redis.exceptions import OutOfMemoryError, ReadOnlyError
from redis.exceptions import TimeoutError as RedisTimedOut

from bughive_protocol.errors import FenceLost, PermanentError, TransientError
from bughive_protocol.lease import ReleaseReason
from bughive_worker.crawl.stop_reason import StopReason

MESSAGE_LENGTH = 900
"""A release's message goes into a condition, which holds 1,024 characters."""

_REDIS_AWAY = (RedisUnreachable, RedisTimedOut, OutOfMemoryError, ReadOnlyError)
"""A Redis that takes no writes, as it is full or a replica, is as good as none: no session fails for it."""
_REASONS = {
    StopReason.CANCEL: ReleaseReason.CANCEL,
    StopReason.SUSPEND: ReleaseReason.SUSPEND,
    StopReason.DRAIN: ReleaseReason.DRAIN,
    StopReason.SLICE: ReleaseReason.SLICE,
}


@dataclass(frozen=True)
class Parting:
    """What a release record says."""

    reason: ReleaseReason
    message: str = ""
    permanent: bool = False
    error: str = ""


@dataclass(frozen=True)
class Finished:
    """All is crawled, and the shard's lease ended with it."""


@dataclass(frozen=True)
class Gone:
    """The lease is another's: nothing may be written, not even a release."""


@dataclass(frozen=True)
class Interrupted:
    """Redis was away, or took no writes: the turn may go on if nobody else has taken the lease."""


TurnEnd = Finished | Parting | Gone | Interrupted


def end_of_stopped(reason: StopReason | None) -> TurnEnd:
    """How a turn ended that stopped, as it should only on request."""
    if reason is None:
        return Parting(ReleaseReason.ERROR, "the crawl stopped unasked; please report this", error="StoppedUnasked")
    if reason is StopReason.LOST:
        return Gone()
    if reason is StopReason.SILENT:
        return Interrupted()
    return Parting(_REASONS[reason])


def end_of_failed(error: BaseException, stop: StopReason | None) -> TurnEnd:
    """How a turn ended that raised ``error``, while ``stop`` had been asked for or not."""
    if isinstance(error, FenceLost):
        return Gone()
    if stop is not None:
        # What breaks while things are being torn down is no error of the session.
        return end_of_stopped(stop)
    if isinstance(error, _REDIS_AWAY):
        return Interrupted()
    if isinstance(error, SystemExit):
        return Parting(ReleaseReason.DRAIN, "the worker process was told to end")
    if isinstance(error, (SoftTimeLimitExceeded, asyncio.CancelledError)):
        return Parting(ReleaseReason.ERROR, "the crawl did not end within its time limit", error=type(error).__name__)
    message = str(error) if isinstance(error, (TransientError, PermanentError)) else f"{type(error).__name__}: {error}"
    return Parting(
        ReleaseReason.ERROR,
        message[:MESSAGE_LENGTH],
        permanent=isinstance(error, PermanentError),
        error=type(error).__name__,
    )

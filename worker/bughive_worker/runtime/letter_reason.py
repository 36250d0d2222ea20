"""Which dead letter a failed task leaves, if any: pure."""

from celery.exceptions import (
    MaxRetriesExceededError,
    Reject,
    SoftTimeLimitExceeded,
    TimeLimitExceeded,
    WorkerLostError,
)
from kombu.exceptions import ContentDisallowed, DecodeError
from redis.exceptions import RedisError

from bughive_protocol.dead_letters import LetterReason
from bughive_protocol.errors import PermanentError, TransientError

_BY_ERROR: tuple[tuple[tuple[type[BaseException], ...], LetterReason], ...] = (
    ((TimeLimitExceeded, SoftTimeLimitExceeded), LetterReason.TIME_LIMIT),
    ((WorkerLostError,), LetterReason.WORKER_LOST),
    ((PermanentError, Reject), LetterReason.PERMANENT_ERROR),
    ((DecodeError, ContentDisallowed), LetterReason.UNREADABLE),
    ((MaxRetriesExceededError, TransientError, RedisError), LetterReason.OUT_OF_TRIES),
)
_MAY_PASS = frozenset({LetterReason.OUT_OF_TRIES, LetterReason.TIME_LIMIT, LetterReason.WORKER_LOST})


def letter_reason(
    error: BaseException, *, tries: int, max_tries: int, takes_arguments: bool, looked_after: bool
) -> LetterReason | None:
    """Why a task that failed for good is not tried again; None: somebody else sees to it, it leaves no letter.

    Args:
        error: what its last try raised.
        tries: how often it was tried.
        max_tries: how often it may be.
        takes_arguments: whether the task takes the message's arguments.
        looked_after: whether somebody else sees to what is left undone: the operator, or the finisher of its session.
    """
    reason = _reason(error, tries, max_tries, takes_arguments=takes_arguments)
    return None if looked_after and reason in _MAY_PASS else reason


def _reason(error: BaseException, tries: int, max_tries: int, *, takes_arguments: bool) -> LetterReason:
    if isinstance(error, TypeError) and not takes_arguments:
        return LetterReason.UNKNOWN_ARGUMENTS
    for errors, reason in _BY_ERROR:
        if isinstance(error, errors):
            return reason
    return LetterReason.OUT_OF_TRIES if 1 < max_tries <= tries else LetterReason.UNEXPECTED_ERROR

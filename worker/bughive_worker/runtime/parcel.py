"""Tasks that deliver something to others: tried again by one policy, and given up in one place.

Such a task runs a coroutine in the child's loop. What may pass is tried again after a wait that grows; what cannot, or
not any more, leaves a dead letter (``burial``), and here is noted for the session, so that its resource shows it.
"""

import random
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog
from celery import Task
from celery.exceptions import Retry
from celery.signals import task_failure
from redis.exceptions import RedisError

from bughive_protocol.connections import connect
from bughive_protocol.deliveries import DeliveryKind, note_failed
from bughive_protocol.errors import BugHiveError, IntegrationPaused, PermanentError, TransientError
from bughive_protocol.keys import Keys
from bughive_protocol.queues import Queue
from bughive_worker import metrics
from bughive_worker.runtime.child import Child
from bughive_worker.runtime.retry_wait import retry_wait
from bughive_worker.settings import WorkerSettings

CANCEL_SECONDS = 5.0
"""A delivery that was interrupted has so long to let go."""

T = TypeVar("T")
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Parcel:
    """What a task delivers. Make it the task's attribute ``parcel``."""

    kind: DeliveryKind
    items: Callable[[Mapping[str, Any]], tuple[str, ...]]
    """Their names, from the arguments of a message."""


def deliver(
    task: Task, queue: Queue, child: Child, make: Callable[[], Coroutine[Any, Any, T]], *, patient: bool = False
) -> T:
    """Run a delivery's coroutine in the child's loop; from the task's own thread.

    ``patient``: to be asked to wait is no failure, and takes none of the tries.

    Raises:
        celery.exceptions.Retry: it is tried again later.
        BugHiveError, RedisError: it is given up.
    """
    submission = child.loop.submit(make)
    try:
        return submission.result()
    except PermanentError as error:
        raise _alone(error) from None
    except (TransientError, RedisError) as error:
        _alone(error)
        if patient and isinstance(error, IntegrationPaused):
            raise _postponed(task, error, retry_wait(queue, 0, error, random.random())) from error  # noqa: S311 - as below
        tried = task.request.retries
        wait = retry_wait(queue, tried, error, random.random())  # noqa: S311 - to spread the load, not to hide anything
        log.info("delivery failed", task=task.name, tries=tried + 1, most=queue.retries + 1, error=str(error))
        raise task.retry(exc=error, countdown=wait, max_retries=queue.retries) from error
    except BaseException:
        # A time limit interrupts the waiting, not what is waited for.
        submission.cancel()
        submission.wait(CANCEL_SECONDS)
        raise


def _alone(error: Exception) -> Exception:
    """Without what it came from, which is for no dead letter: it may name an address whose path is all its password."""
    error.__cause__, error.__suppress_context__ = None, True
    return error


def _postponed(task: Task, error: IntegrationPaused, wait: float) -> Retry:
    """Send the message once more, to be taken after ``wait`` seconds, with as many tries as it has."""
    request = task.request
    task.signature_from_request(request, countdown=wait, retries=request.retries).apply_async()
    log.info("delivery postponed", task=task.name, seconds=round(wait), reason=str(error))
    return Retry(exc=error, when=wait)


def _told(exception: BaseException) -> str:
    """What the resource shows. An error that nobody foresaw may say anything: its text is for operators alone."""
    if isinstance(exception, BugHiveError):
        return str(exception)
    return f"{type(exception).__name__}: `bughive dead-letters list` has the rest"


class LostParcels:
    """Notes what was given up. Made in the parent, before it forks: it also hears of children that died."""

    def __init__(self, settings: WorkerSettings) -> None:
        self._settings = settings

    def install(self) -> None:
        """Listen to Celery."""
        task_failure.connect(self._failed, weak=False)

    def _failed(self, sender: Task, exception: BaseException, kwargs: Any, **_signal: object) -> None:  # noqa: ANN401 as Celery sends it
        parcel: Parcel | None = getattr(sender, "parcel", None)
        if parcel is None:
            return
        try:
            session_id, items = kwargs["session_id"], parcel.items(kwargs)
        except (KeyError, TypeError, ValueError):
            return  # a message that the task does not take; it is a dead letter all the same
        metrics.DELIVERIES.labels(parcel.kind, "failed").inc(len(items))
        try:
            with connect(self._settings.redis_url) as client:
                keys = Keys(self._settings.redis_key_prefix)
                note_failed(client, keys, session_id, parcel.kind, items, _told(exception))
        except RedisError as error:
            log.warning("what was not delivered could not be noted", session_id=session_id, redis_error=str(error))

"""Holds one shard of one session for as long as it may: acquire, work, release.

It runs in a child's main thread, where time limits, revokes and shutdown arrive as signals.
"""

import os
import socket
import time
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from typing import Any

import redis
import structlog
from celery.exceptions import Reject
from opentelemetry.trace import Span, SpanKind, StatusCode
from pydantic import ValidationError

from bughive_crds.crawl_session import CrawlSessionSpec
from bughive_protocol.errors import BugHiveError, FenceLost, InvalidSpec
from bughive_protocol.lease import AcquireResult, BeatResult, Fence, ReleaseReason
from bughive_protocol.lease_store import Acquired
from bughive_protocol.logging import bound_session
from bughive_protocol.tracing import session_span
from bughive_worker import metrics
from bughive_worker.runtime.child import Child
from bughive_worker.runtime.conclusion import crawl_and_conclude
from bughive_worker.runtime.lease_keeper import RETRY_SECONDS, LeaseKeeper
from bughive_worker.runtime.parting import Finished, Gone, Interrupted, Parting, TurnEnd
from bughive_worker.runtime.shutdown import DrainFlag
from bughive_worker.runtime.stop import Stop
from bughive_worker.runtime.turn_watch import Ended, TurnWatch
from bughive_worker.runtime.work import Turn

_LONGEST_PAUSE = 8.0
"""Before a crawl that failed at once begins again, in seconds; shorter than a lease lives without a beat."""
_LASTED_SECONDS = 30.0
"""A crawl that went on for so long did not fail at once."""
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Held:
    """A lease that was acquired, and the session it is for."""

    fence: Fence
    namespace: str
    name: str
    spec_json: str
    since: float
    """``time.monotonic()`` just before it was acquired."""

    @classmethod
    def of(cls, acquired: Acquired, since: float) -> "Held | None":
        """What was acquired; None where the lease was refused."""
        if acquired.fence is None:
            return None
        return cls(acquired.fence, acquired.namespace, acquired.name, acquired.spec_json, since)


class Holder:
    """Turns a message into work, if the lease says that there is any."""

    def __init__(self, child: Child, drain: DrainFlag) -> None:
        self._child = child
        self._drain = drain

    def take(self, session_id: str, attempt: int, shard: int, task_id: str) -> str:
        """Work on a session's shard, if this message still holds. Returns how it ended, for the task's result.

        Raises:
            Reject: this worker is leaving; the message goes back to its queue.
            redis.RedisError: the lease could not be asked for. The operator sends the message again.
        """
        if self._drain.is_set():
            raise Reject("this worker is leaving", requeue=True)
        with structlog.contextvars.bound_contextvars(session_id=session_id, attempt=attempt, task_id=task_id):
            asked_at = time.monotonic()
            acquired = self._acquire(session_id, attempt, shard)
            held = Held.of(acquired, asked_at)
            if held is None:
                metrics.MESSAGES_DROPPED.labels(acquired.result).inc()
                log.info("message dropped", lease=acquired.result)
                return acquired.result
            session = f"{held.namespace}/{held.name}"
            with bound_session(session_id, session, task_id, attempt), metrics.SESSIONS.track_inprogress():
                return self._keep(held, session)

    def _keep(self, held: Held, session: str) -> str:
        fence = held.fence
        with session_span("crawl", SpanKind.CONSUMER, session, fence.session_id, fence.attempt) as crawl:
            log.info("session taken", shard=fence.shard, epoch=fence.epoch)
            ended = self._work(held)
            if isinstance(ended.end, Parting) and not self._release(fence, ended.end):
                # Whatever the turn died of: it was no longer ours to fail, as when its session was deleted.
                ended = replace(ended, end=Gone())
            metrics.TURNS.labels("LeaseLost" if isinstance(ended.end, Gone) else _word(ended.end)).inc()
            _log_end(ended.end, ended.error)
            _tell_end(crawl, ended)
        if ended.hangs:
            log.critical("the crawl hangs and cannot be cancelled; this process is replaced")
            self._child.abandon()
        if isinstance(ended.error, SystemExit):
            raise ended.error
        log.info("session left", end=_word(ended.end))
        return _word(ended.end)

    def _acquire(self, session_id: str, attempt: int, shard: int) -> Acquired:
        try:
            return self._child.leases.acquire(session_id, attempt, shard, _worker_name())
        except redis.RedisError:
            metrics.REDIS_ERRORS.labels("acquire").inc()
            raise

    def _work(self, held: Held) -> Ended:
        try:
            spec = CrawlSessionSpec.model_validate_json(held.spec_json)
        except ValidationError as error:
            message = f"this worker does not understand the spec, is it older than the operator? {error}"
            return Ended(Parting(ReleaseReason.ERROR, message[:900], permanent=True, error=InvalidSpec.__name__))

        def work(stop: Stop, keeper: LeaseKeeper) -> Coroutine[Any, Any, bool]:
            turn = Turn(held.fence, held.namespace, held.name, spec, stop, keeper.show)
            return crawl_and_conclude(self._child, turn)

        slice_ends = held.since + self._child.settings.slice_seconds
        watch = TurnWatch(self._child, self._drain, slice_ends)
        since, pause = held.since, RETRY_SECONDS / 2
        while True:
            ended = watch.run(held.fence, since, work)
            if not isinstance(ended.end, Interrupted):
                return ended
            metrics.REDIS_ERRORS.labels("work").inc()
            if ended.hangs:
                return ended
            if self._drain.is_set() or time.monotonic() >= slice_ends:
                return ended
            log.warning("Redis is away; the crawl waits for it", error=str(ended.error or ""))
            pause = RETRY_SECONDS if time.monotonic() - since > _LASTED_SECONDS else min(2 * pause, _LONGEST_PAUSE)
            regained = self._regain(held.fence, pause)
            if regained is None:
                return Ended(Gone())
            since = regained
            metrics.REDIS_REGAINED.inc()
            log.info("Redis is back and the lease is still ours")

    def _regain(self, fence: Fence, pause: float) -> float | None:
        """Wait for Redis. Returns when the lease was prolonged; None where it was not, for another has taken it."""
        # First, also after a short outage: a crawl that fails at once, as on a Redis that is full, must not begin anew
        # a thousand times a second.
        time.sleep(pause)
        while True:
            asked_at = time.monotonic()
            try:
                return None if self._child.beats.reacquire(fence) is BeatResult.LOST else asked_at
            except redis.RedisError:
                if self._drain.is_set():
                    return None
                time.sleep(RETRY_SECONDS)

    def _release(self, fence: Fence, parting: Parting) -> bool:
        """Write the release record. Returns False where there is nothing to release any more."""
        try:
            self._child.leases.release(
                fence, parting.reason, parting.message, permanent=parting.permanent, error=parting.error
            )
        except FenceLost:
            return False
        except redis.RedisError as error:
            metrics.REDIS_ERRORS.labels("release").inc()
            log.warning("the release did not get through; the lease runs out by itself", error=str(error))
        return True


def _worker_name() -> str:
    return f"{socket.gethostname()}/{os.getpid()}"


def _log_end(end: TurnEnd, error: BaseException | None) -> None:
    if isinstance(end, Gone):
        log.info("the session was deleted or is another's; nothing to release")
    if isinstance(end, Parting) and end.error:
        foreseen = error is None or isinstance(error, BugHiveError)
        told = {"error": end.error, "message": end.message, "permanent": end.permanent}
        log.error("the attempt failed", **told, exc_info=None if foreseen else error)


def _tell_end(crawl: Span, ended: Ended) -> None:
    crawl.set_attribute("bughive.turn.end", _word(ended.end))
    if isinstance(ended.end, Parting) and ended.end.error:
        if ended.error is not None:
            crawl.record_exception(ended.error)
        crawl.set_status(StatusCode.ERROR, ended.end.message)


def _word(end: TurnEnd) -> str:
    match end:
        case Finished():
            return "Finished"
        case Parting(reason=reason):
            return reason
        case Gone():
            return AcquireResult.STALE
        case Interrupted():
            return "Interrupted"

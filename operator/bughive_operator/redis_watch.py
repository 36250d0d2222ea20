"""Learns from Redis, each second, which sessions to look at: what changed, and whose lease ran out."""

import time
from collections.abc import Callable

import structlog
from redis.exceptions import RedisError

from bughive_operator import metrics
from bughive_operator.health import Heartbeat
from bughive_operator.sessions import Sessions
from bughive_protocol.control import SessionControl

log = structlog.get_logger(__name__)


class RedisWatch:
    """Keeps a cursor into Redis' changes, and knows for how long Redis has answered without a break."""

    def __init__(
        self,
        control: SessionControl,
        sessions: Sessions,
        mark: Callable[[str], None],
        heartbeat: Heartbeat,
    ) -> None:
        self._control = control
        self._sessions = sessions
        self._mark = mark
        self._heartbeat = heartbeat
        self._incarnation: str | None = None
        self._cursor = 0
        self._answers_since: float | None = None
        self._warned = False
        self._ended: set[str] = set()

    @property
    def steady_seconds(self) -> float:
        """For how long Redis has answered without a break; 0 while it is away."""
        return 0.0 if self._answers_since is None else time.monotonic() - self._answers_since

    async def poll(self) -> None:
        """Mark what is to be looked at; everything, where Redis is back or is another than it was."""
        self._heartbeat.beat()
        try:
            changes = await self._control.changes(self._incarnation, self._cursor)
            expired = await self._control.expired_leases()
        except RedisError as error:
            self.lost(error)
            return
        everything = self._incarnation != changes.incarnation or self._answers_since is None
        self._incarnation, self._cursor = changes.incarnation, changes.cursor
        self._found()
        known = self._sessions.uids()
        self._ended = {uid for uid in self._ended.union(changes.ended) if self._sessions.is_unfinished(uid)}
        unfinished = self._sessions.unfinished() if everything or expired else []
        marked = {*changes.session_ids} & known | ({*unfinished} if everything else {*expired} & {*unfinished})
        for uid in marked:
            self._mark(uid)

    def has_ended(self, uid: str) -> bool:
        """Whether the session has a verdict that its resource may not show yet."""
        return uid in self._ended

    def lost(self, error: RedisError) -> None:
        """Somebody could not reach Redis: statuses freeze until it is back."""
        metrics.REDIS_ERRORS.inc()
        self._answers_since = None
        if not self._warned:
            log.warning("Redis cannot be reached; statuses stand still until it is back (REDIS_URL)", error=str(error))
            self._warned = True

    def _found(self) -> None:
        if self._answers_since is None:
            self._answers_since = time.monotonic()
        if self._warned:
            log.info("Redis is back")
            self._warned = False

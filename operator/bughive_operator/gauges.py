"""The gauges: what holds at the moment of a scrape, read from the operator's parts when it is asked for."""

from collections import Counter
from datetime import datetime

from bughive_crds.crawl_session import Phase
from bughive_operator import metrics
from bughive_operator.clock import Clock
from bughive_operator.health import Health
from bughive_operator.keyed_queue import KeyedQueue
from bughive_operator.lines import Lines
from bughive_operator.redis_watch import RedisWatch
from bughive_operator.sessions import Sessions


class Gauges:
    """Sets the gauges. Use it in the loop that owns the parts."""

    def __init__(
        self, *, sessions: Sessions, line: Lines, queue: KeyedQueue, watch: RedisWatch, health: Health, clock: Clock
    ) -> None:
        self._sessions = sessions
        self._line = line
        self._queue = queue
        self._watch = watch
        self._health = health
        self._clock = clock

    def refresh(self) -> None:
        """Read everything anew."""
        self._sessions_by_phase()
        metrics.QUEUE_LENGTH.set(self._queue.waiting)
        metrics.REDIS_STEADY_SECONDS.set(self._watch.steady_seconds)
        for loop, age in self._health.ages().items():
            metrics.LOOP_AGE_SECONDS.labels(loop).set(age)

    def _sessions_by_phase(self) -> None:
        statuses = [resource.status for resource in self._sessions.all()]
        # One that was created a moment ago has no phase yet.
        counts = Counter(status.phase or Phase.PENDING for status in statuses)
        for phase in Phase:
            metrics.SESSIONS.labels(phase).set(counts[phase])
        sent = [status.queued_at for status in statuses if status.phase is Phase.QUEUED and status.queued_at]
        metrics.OLDEST_WAITING_SECONDS.labels("slot").set(self._age(self._line.waiting_since()))
        metrics.OLDEST_WAITING_SECONDS.labels("worker").set(self._age(min(sent, default=None)))

    def _age(self, since: datetime | None) -> float:
        return max(0.0, (self._clock.now() - since).total_seconds()) if since else 0.0

"""One line for each crawl queue: what waits for one tenant's workers holds nobody else up."""

from collections.abc import Callable
from datetime import datetime, timedelta

from bughive_operator.line import Line
from bughive_operator.observation import Resource, Standing
from bughive_operator.quota import Quotas


class Lines:
    """All lines as one. Each queue's has slots of its own, as each queue has workers of its own."""

    def __init__(self, quotas: Quotas, aging: timedelta, queue_of: Callable[[str], str]) -> None:
        """``queue_of``: the queue of a namespace; ``quotas`` hold for each queue by itself."""
        self._quotas = quotas
        self._aging = aging
        self._queue_of = queue_of
        self._lines: dict[str, Line] = {}
        self._of: dict[str, Line] = {}

    def update(self, resource: Resource, now: datetime) -> None:
        """Take in what a session looks like now."""
        self._own(resource).update(resource, now)

    def occupy(self, resource: Resource) -> None:
        """Give the session its slot before the resource says so."""
        self._own(resource).occupy(resource)

    def forget(self, uid: str) -> None:
        """The session is gone, or wants nothing now."""
        if line := self._of.pop(uid, None):
            line.forget(uid)

    def standing(self, uid: str, now: datetime) -> Standing:
        """How this session stands in its queue's line."""
        line = self._of.get(uid)
        return line.standing(uid, now) if line else Standing(granted=False, place=1)

    def fits(self, uid: str) -> bool:
        """Whether the session waits for a slot and no quota is in its way."""
        line = self._of.get(uid)
        return line is not None and line.fits(uid)

    def waits(self, uid: str) -> bool:
        """Whether the session waits for a slot."""
        line = self._of.get(uid)
        return line is not None and line.waits(uid)

    def is_far(self, uid: str) -> bool:
        """Whether the session waits so far back that nothing changes for it until it is called."""
        line = self._of.get(uid)
        return line is not None and line.is_far(uid)

    def waiting_since(self) -> datetime | None:
        """Since when the session has waited for a slot that has waited longest; None: none waits."""
        return min((since for line in self._lines.values() if (since := line.waiting_since())), default=None)

    def freed(self, now: datetime) -> list[str]:
        """The sessions that may be dispatched now, in the order of their queues."""
        return [uid for line in self._lines.values() for uid in line.freed(now)]

    def _own(self, resource: Resource) -> Line:
        queue = self._queue_of(resource.namespace)
        line = self._lines.setdefault(queue, Line(self._quotas, self._aging))
        self._of[resource.uid] = line
        return line

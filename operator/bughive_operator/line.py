"""The line: which sessions have a slot, and in which order the others get one."""

from bisect import bisect_left, insort
from datetime import datetime

from bughive_crds.crawl_session import Phase, Priority
from bughive_operator.observation import Resource, Slots
from bughive_operator.reasons import ConditionType

Place = tuple[int, datetime, str]
"""Urgency (less goes first), waiting since, uid."""

_OCCUPYING = (Phase.QUEUED, Phase.RUNNING)
_RANK = {priority: rank for rank, priority in enumerate(reversed(Priority))}


class Line:
    """Kept up to date with each session that is seen; answers in O(log n)."""

    def __init__(self, max_running: int) -> None:
        self._max_running = max_running
        self._occupied: dict[str, int] = {}
        self._waiting: list[Place] = []
        self._places: dict[str, Place] = {}
        self._freed = False

    def update(self, resource: Resource, now: datetime) -> None:
        """Take in what a session looks like now."""
        keeps = resource.status.phase in _OCCUPYING and not resource.deleting
        if keeps:
            self.occupy(resource)
            return
        self.forget(resource.uid)
        if _eligible(resource, now):
            place = (_rank(resource), _since(resource), resource.uid)
            self._places[resource.uid] = place
            insort(self._waiting, place)

    def occupy(self, resource: Resource) -> None:
        """Give the session its slot before the resource says so; ``update`` puts right what came to nothing."""
        self._leave(resource.uid)
        self._occupied[resource.uid] = _rank(resource)

    def forget(self, uid: str) -> None:
        """The session is gone, or wants nothing now."""
        self._freed |= self._occupied.pop(uid, None) is not None
        self._leave(uid)

    def slots(self, uid: str, now: datetime) -> Slots:
        """How this session stands; one that gives its slot up now would stand behind its equals."""
        place = self._places.get(uid) or (self._occupied.get(uid, len(_RANK)), now, uid)
        return Slots(
            free=self._max_running - len(self._occupied) + (uid in self._occupied), place=self._ahead(place) + 1
        )

    def next_in(self, uid: str) -> bool:
        """Whether the session waits for a slot and there is one for it."""
        place = self._places.get(uid)
        return place is not None and self._ahead(place) < self._max_running - len(self._occupied)

    def waiting_since(self) -> datetime | None:
        """Since when the session has waited for a slot that has waited longest; None: none waits."""
        return min((since for _, since, _ in self._waiting), default=None)

    def freed(self) -> list[str]:
        """The sessions that may be dispatched now, in order; none, if no slot was freed since this was last asked."""
        if not self._freed:
            return []
        self._freed = False
        free = self._max_running - len(self._occupied)
        return [uid for _, _, uid in self._waiting[: max(0, free)]]

    def _leave(self, uid: str) -> None:
        place = self._places.pop(uid, None)
        if place is not None:
            del self._waiting[bisect_left(self._waiting, place)]

    def _ahead(self, place: Place) -> int:
        return bisect_left(self._waiting, place)


def _rank(resource: Resource) -> int:
    return _RANK[resource.spec.priority] if resource.spec else len(_RANK)


def _eligible(resource: Resource, now: datetime) -> bool:
    spec, status = resource.spec, resource.status
    if spec is None or spec.suspend or spec.cancel or resource.deleting:
        return False
    if status.phase is not None and status.phase.terminal:
        return False
    return all(at is None or at <= now for at in (spec.start_at, status.retry_at))


def _since(resource: Resource) -> datetime:
    """When the session began to wait."""
    moments = [c.last_transition_time for c in resource.status.conditions if c.type == ConditionType.DISPATCHED]
    return moments[0] if moments else resource.created_at

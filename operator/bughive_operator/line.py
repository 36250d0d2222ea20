"""The line: which sessions have a slot, and in which order the others get one."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain, takewhile

from bughive_crds.crawl_session import ConditionStatus, Phase, Priority
from bughive_operator.fair_share import admitted, in_order, level
from bughive_operator.observation import Resource, Standing
from bughive_operator.policy import LAST_PLACE
from bughive_operator.quota import Claim, Quotas, Usage
from bughive_operator.reasons import ConditionType

FEW = 250
"""So many are put in order at each change; more of them once in ``ORDER_SECONDS``, as each time takes milliseconds."""
ORDER_SECONDS = 1.0

_OCCUPYING = (Phase.QUEUED, Phase.RUNNING)
_RANK = {priority: rank for rank, priority in enumerate(reversed(Priority))}


class Line:
    """Kept up to date with each session that is seen. Quotas hold at every moment, whatever the order's age."""

    def __init__(self, quotas: Quotas, aging: timedelta) -> None:
        """``aging``: how long a session waits until it counts as one class more urgent."""
        self._quotas = quotas
        self._aging = aging
        self._usage = Usage()
        self._occupied: dict[str, Claim] = {}
        self._waiting: dict[str, Claim] = {}
        self._order: Sequence[Claim] = ()
        self._levels: Sequence[int] = ()
        """Of those in order; rising."""
        self._places: dict[str, int] = {}
        self._told_far: set[str] = set()
        """Those whose place was not told, for it is behind the last that is."""
        self._ordered_at: datetime | None = None
        self._changed = False
        self._freed = False

    def update(self, resource: Resource, now: datetime) -> None:
        """Take in what a session looks like now."""
        if resource.status.phase in _OCCUPYING and not resource.deleting:
            self.occupy(resource)
        elif _eligible(resource, now):
            self._give_back(resource.uid)
            claim = _claim(resource)
            if self._waiting.get(resource.uid) != claim:
                self._waiting[resource.uid] = claim
                self._changed = True
        else:
            self.forget(resource.uid)

    def occupy(self, resource: Resource) -> None:
        """Give the session its slot before the resource says so; ``update`` puts right what came to nothing."""
        self._leave(resource.uid)
        claim = _claim(resource)
        known = self._occupied.get(resource.uid)
        if known is None:
            self._usage.take(claim)
        self._occupied[resource.uid] = claim if known is None else replace(known, rank=claim.rank)

    def forget(self, uid: str) -> None:
        """The session is gone, or wants nothing now."""
        if uid in self._waiting:
            self._freed = True  # the slot it was called for, or the room that was kept for it
        self._leave(uid)
        self._give_back(uid)

    def standing(self, uid: str, now: datetime) -> Standing:
        """How this session stands; one that gives its slot up now would stand behind its equals."""
        self._sort(now)
        own = self._occupied.get(uid)
        if own is not None:
            return self._standing_anew(own, now)
        claim = self._waiting.get(uid)
        if claim is not None and any(other.uid == uid for other in self._admitted(now)):
            return Standing(granted=True, place=1)
        place = self._places.get(uid, len(self._waiting) + (claim is None))
        if claim is not None and place > LAST_PLACE:
            self._told_far.add(uid)
        else:
            self._told_far.discard(uid)
        return Standing(granted=False, place=place, hold=self._usage.hold(claim, self._quotas) if claim else None)

    def fits(self, uid: str) -> bool:
        """Whether the session waits for a slot and no quota is in its way."""
        claim = self._waiting.get(uid)
        return claim is not None and self._usage.hold(claim, self._quotas) is None

    def waits(self, uid: str) -> bool:
        """Whether the session waits for a slot."""
        return uid in self._waiting

    def is_far(self, uid: str) -> bool:
        """Whether the session waits behind ``LAST_PLACE`` and was told so: nothing is new to it until it is called."""
        return uid in self._waiting and uid in self._told_far and self._places.get(uid, 0) > LAST_PLACE

    def waiting_since(self) -> datetime | None:
        """Since when the session has waited for a slot that has waited longest; None: none waits."""
        return min((claim.since for claim in self._waiting.values()), default=None)

    def freed(self, now: datetime) -> list[str]:
        """The sessions that may be dispatched now, in order; none, if no slot was freed since this was last asked."""
        if not self._freed:
            return []
        self._freed = False
        self._changed = True  # each namespace's share has
        self._sort(now)
        return [claim.uid for claim in self._admitted(now)]

    def _standing_anew(self, own: Claim, now: datetime) -> Standing:
        without = self._usage.copy()
        without.give_back(own)
        own = replace(own, since=now)
        # Each session that runs asks at each of its changes: nobody is looked at who does not decide.

        def goes_before(claim: Claim) -> bool:
            return level(claim, now, self._aging) <= own.rank

        before = chain(takewhile(goes_before, self._ordered()), filter(goes_before, self._late()))
        granted = own in admitted(chain(before, [own]), without, self._quotas, now, self._aging)
        hold = None if granted else without.hold(own, self._quotas)
        return Standing(granted=granted, place=1 if granted else bisect_right(self._levels, own.rank) + 1, hold=hold)

    def _sort(self, now: datetime) -> None:
        age = None if self._ordered_at is None else (now - self._ordered_at).total_seconds()
        if age is not None and age < ORDER_SECONDS and (not self._changed or len(self._waiting) > FEW):
            return
        self._order = in_order(self._waiting.values(), self._usage.shares(), now, self._aging)
        self._places = {claim.uid: place for place, claim in enumerate(self._order, 1)}
        self._levels = [level(claim, now, self._aging) for claim in self._order]
        self._ordered_at, self._changed = now, False

    def _ordered(self) -> Iterator[Claim]:
        """Those that wait, in order; by their levels, which rise, when it was made."""
        return (claim for claim in self._order if claim.uid in self._waiting)

    def _late(self) -> Iterable[Claim]:
        """Those that came since the order was made: they are behind all others."""
        return (claim for claim in self._waiting.values() if claim.uid not in self._places) if self._changed else ()

    def _admitted(self, now: datetime) -> Iterator[Claim]:
        return admitted(chain(self._ordered(), self._late()), self._usage, self._quotas, now, self._aging)

    def _leave(self, uid: str) -> None:
        self._told_far.discard(uid)
        if self._waiting.pop(uid, None) is not None:
            self._changed = True

    def _give_back(self, uid: str) -> None:
        claim = self._occupied.pop(uid, None)
        if claim is not None:
            self._usage.give_back(claim)
            self._freed = True


def _claim(resource: Resource) -> Claim:
    spec = resource.spec
    return Claim(
        uid=resource.uid,
        namespace=resource.namespace,
        rank=_RANK[spec.priority] if spec else len(_RANK),
        since=_since(resource),
        pages=spec.scope.max_pages if spec else 0,
        shards=spec.shards if spec else 1,
    )


def _eligible(resource: Resource, now: datetime) -> bool:
    spec, status = resource.spec, resource.status
    if spec is None or spec.suspend or spec.cancel or resource.deleting:
        return False
    if status.phase is not None and status.phase.terminal:
        return False
    if any(c.type == ConditionType.ACCEPTED and c.status is ConditionStatus.FALSE for c in status.conditions):
        return False  # it would hold its place, and not go
    return all(at is None or at <= now for at in (spec.start_at, status.retry_at))


def _since(resource: Resource) -> datetime:
    """When the session began to wait."""
    moments = [c.last_transition_time for c in resource.status.conditions if c.type == ConditionType.DISPATCHED]
    return moments[0] if moments else resource.created_at

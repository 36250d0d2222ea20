"""Who is next: priority, then a fair share for each namespace, and nobody waits for ever. Pure."""

import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from bughive_operator.quota import Claim, Quotas, Unit, Usage

Urgency = tuple[int, int, datetime, str]
"""Less goes first: the priority's class, the namespace's share, since when it waits, its uid."""

_OVERDUE = -1


def is_overdue(claim: Claim, now: datetime, aging: timedelta) -> bool:
    """Whether the session has waited so long that it goes before every other that has not."""
    return now - claim.since >= (claim.rank + 1) * aging


def in_order(claims: Iterable[Claim], shares: Mapping[str, int], now: datetime, aging: timedelta) -> list[Claim]:
    """The sessions in the order in which they are served.

    For each ``aging`` that a session has waited it counts as one class more urgent; after one more than there are
    classes above it, it is overdue, and the overdue are served first, in the order of their waiting. Among equals the
    namespace goes first that has the fewest sessions (``shares``, and those that come before in this order).
    """
    queues = _by_class(claims, now, aging)
    taken = defaultdict(int, shares)
    heap = [(_urgency(queue[0], rank, taken), namespace, rank, 0) for (namespace, rank), queue in queues.items()]
    heapq.heapify(heap)
    ordered: list[Claim] = []
    while heap:
        urgency, namespace, rank, at = heap[0]
        queue = queues[namespace, rank]
        current = _urgency(queue[at], rank, taken)
        if current > urgency:  # the namespace was served meanwhile
            heapq.heapreplace(heap, (current, namespace, rank, at))
            continue
        ordered.append(queue[at])
        taken[namespace] += 1
        if at + 1 < len(queue):
            heapq.heapreplace(heap, (_urgency(queue[at + 1], rank, taken), namespace, rank, at + 1))
        else:
            heapq.heappop(heap)
    return ordered


def admitted(
    ordered: Iterable[Claim], usage: Usage, quotas: Quotas, now: datetime, aging: timedelta
) -> Iterator[Claim]:
    """The sessions that may begin now, ``usage`` being what runs already; in order.

    One that does not fit lets smaller ones pass, until it is overdue: then room is kept for it.
    """
    usage = usage.copy()
    kept: set[str] = set()
    for claim in ordered:
        if claim.namespace in kept:
            continue
        hold = usage.hold(claim, quotas)
        if hold is None:
            usage.take(claim)
            yield claim
        elif hold.namespace is None and hold.unit is Unit.SESSIONS:
            return
        elif hold.unit is Unit.SESSIONS:
            kept.add(claim.namespace)
        elif is_overdue(claim, now, aging) and not hold.hopeless:
            if hold.namespace is None:
                return
            kept.add(claim.namespace)


def _by_class(claims: Iterable[Claim], now: datetime, aging: timedelta) -> dict[tuple[str, int], Sequence[Claim]]:
    queues: defaultdict[tuple[str, int], list[Claim]] = defaultdict(list)
    for claim in claims:
        queues[claim.namespace, level(claim, now, aging)].append(claim)
    for queue in queues.values():
        queue.sort(key=lambda claim: (claim.since, claim.uid))
    return dict(queues)


def level(claim: Claim, now: datetime, aging: timedelta) -> int:
    """The class a session counts as now: 0 is the most urgent, and the overdue are before it."""
    if is_overdue(claim, now, aging):
        return _OVERDUE
    return max(0, claim.rank - (now - claim.since) // aging)


def _urgency(claim: Claim, rank: int, taken: Mapping[str, int]) -> Urgency:
    share = 0 if rank == _OVERDUE else taken[claim.namespace]
    return rank, share, claim.since, claim.uid

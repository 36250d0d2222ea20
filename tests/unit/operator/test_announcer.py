"""Kubernetes events, posted behind the operator's back."""

import asyncio
from datetime import UTC, datetime
from types import SimpleNamespace

from bughive_operator.actions import Announce
from bughive_operator.announcer import Announcer
from bughive_operator.api_call import ApiServerError
from bughive_operator.clock import ManualClock
from bughive_operator.rates import TokenBucket

SESSION = SimpleNamespace(
    kind="CrawlSession", plural="crawlsessions", uid="u1", namespace="web", name="shop", resource_version="7"
)


class Posted:
    """An API server that refuses events of one reason."""

    def __init__(self, refused: str = "") -> None:
        self.bodies: list[dict[str, object]] = []
        self._refused = refused

    async def post_event(self, body) -> None:
        if body["reason"] == self._refused:
            raise ApiServerError(403, "no")
        self.bodies.append(body)


def announcer(api: Posted, rate: float = 1000, burst: int = 100) -> tuple[Announcer, ManualClock]:
    clock = ManualClock(datetime(2030, 1, 1, tzinfo=UTC))
    return Announcer(api, clock, TokenBucket(rate, burst)), clock


def event(reason: str) -> Announce:
    return Announce(warning=False, reason=reason, message=f"It is {reason}.")


async def test_events_say_when_they_happened_not_when_they_were_posted():
    api = Posted()
    posts, clock = announcer(api)
    posts.announce(SESSION, event("Queued"))
    clock.advance(30)
    posts.announce(SESSION, event("Completed"))
    stop = asyncio.Event()
    stop.set()
    await posts.run(stop)
    assert [(body["reason"], body["firstTimestamp"]) for body in api.bodies] == [
        ("Queued", "2030-01-01T00:00:00Z"),
        ("Completed", "2030-01-01T00:00:30Z"),
    ]


async def test_an_event_that_is_refused_does_not_hold_up_the_next():
    api, stop = Posted(refused="Queued"), asyncio.Event()
    posts, _ = announcer(api)
    task = asyncio.create_task(posts.run(stop))
    posts.announce(SESSION, event("Queued"))
    posts.announce(SESSION, event("Running"))
    async with asyncio.timeout(5):
        while not api.bodies:  # noqa: ASYNC110 - the announcer is to be seen from outside, it sets no event
            await asyncio.sleep(0)
    stop.set()
    await task
    assert [body["reason"] for body in api.bodies] == ["Running"]


async def test_events_that_wait_for_their_turn_are_posted_at_the_stop():
    api, stop = Posted(), asyncio.Event()
    posts, _ = announcer(api, rate=0.001, burst=1)
    for reason in ("Queued", "Running", "Completed"):
        posts.announce(SESSION, event(reason))
    task = asyncio.create_task(posts.run(stop))
    async with asyncio.timeout(5):
        while not api.bodies:  # noqa: ASYNC110 - the announcer is to be seen from outside, it sets no event
            await asyncio.sleep(0)
    stop.set()
    await asyncio.wait_for(task, 5)
    assert [body["reason"] for body in api.bodies] == ["Queued", "Running", "Completed"]

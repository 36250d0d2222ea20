"""Whatever its holders do and however they end: no page is lost, doubled, or beyond the budget."""

import asyncio
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
import redis.asyncio
from hypothesis import given, settings
from hypothesis import strategies as st

from bughive_crds.model import Severity
from bughive_protocol.connections import connect, connect_async
from bughive_protocol.control import DispatchOrder, SessionControl
from bughive_protocol.errors import FenceLost
from bughive_protocol.finding import Confidence, Finding
from bughive_protocol.frontier import Claim, FrontierItem, PageEnd, PageRecord, PageResult
from bughive_protocol.keys import Keys
from bughive_protocol.lease import Fence, ReleaseReason
from bughive_protocol.lease_store import LeaseStore
from bughive_protocol.limits import Limits
from bughive_protocol.redis_store import RedisFindings, RedisFrontier

SHARDS = 2

STEPS = ["claim", "claim_unheard", "record", "record_unheard", "give_back", "die", "drain", "come_back_late"]
steps = st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, SHARDS - 1), st.integers(0, 4)), max_size=30)


def page(number: int) -> FrontierItem:
    return FrontierItem(url=f"http://shop.test/{number}", depth=number % 3)


@dataclass
class Shard:
    fence: Fence
    frontier: RedisFrontier
    hands: list[Claim] = field(default_factory=list)


@contextmanager
def unheard(frontier: RedisFrontier) -> Iterator[None]:
    """Within, what the frontier writes arrives, but its answer does not."""
    write = frontier._write

    async def lose_the_answer(*arguments: object) -> None:
        await write(*arguments)
        raise redis.ConnectionError

    frontier._write = lose_the_answer
    try:
        yield
    finally:
        frontier._write = write


class World:
    """Two shards of one session, their operator, and what should be true of them."""

    def __init__(self, client: redis.asyncio.Redis, leases: LeaseStore, keys: Keys, max_pages: int) -> None:
        self.client, self.leases, self.keys = client, leases, keys
        self.control = SessionControl(client, keys)
        self.limits = Limits(max_pages)
        self.attempt = 0
        self.shards: list[Shard] = []
        self.past: list[RedisFrontier] = []

    async def next_attempt(self) -> None:
        self.attempt += 1
        await self.control.dispatch(DispatchOrder("s", "ns", "n", self.attempt, 1, "{}", SHARDS))
        self.past += [shard.frontier for shard in self.shards]
        fences = [self.leases.acquire("s", self.attempt, shard, "w").fence for shard in range(SHARDS)]
        self.shards = [Shard(f, RedisFrontier(self.client, self.keys, f, self.limits)) for f in fences]

    async def play(self, step: str, number: int, amount: int) -> None:
        await getattr(self, step)(self.shards[number], amount)

    async def claim(self, shard: Shard, amount: int) -> None:
        claims = await shard.frontier.claim_pages(amount)
        assert all(claim.tries <= 2 for claim in claims)
        shard.hands += claims

    async def claim_unheard(self, shard: Shard, amount: int) -> None:
        with unheard(shard.frontier), pytest.raises(redis.ConnectionError):
            await shard.frontier.claim_pages(amount)
        await self.claim(shard, 1)

    async def record(self, shard: Shard, amount: int) -> None:
        if shard.hands:
            await shard.frontier.record_page(self._record(shard.hands.pop().item, amount))

    async def record_unheard(self, shard: Shard, amount: int) -> None:
        if shard.hands:
            record = self._record(shard.hands.pop().item, amount)
            with unheard(shard.frontier), pytest.raises(redis.ConnectionError):
                await shard.frontier.record_page(record)
            assert await shard.frontier.record_page(record) == ()

    async def give_back(self, shard: Shard, _: int) -> None:
        await shard.frontier.give_back()
        shard.hands.clear()

    async def die(self, shard: Shard, _: int) -> None:
        (other,) = (each for each in self.shards if each is not shard)
        self.leases.release(other.fence, ReleaseReason.DRAIN)
        await self.next_attempt()

    async def drain(self, *_: object) -> None:
        for shard in self.shards:
            self.leases.release(shard.fence, ReleaseReason.DRAIN)
        await self.next_attempt()

    async def come_back_late(self, _: Shard, amount: int) -> None:
        if self.past:
            with pytest.raises(FenceLost):
                await self.past[-1].record_page(self._record(page(amount), amount))

    def _record(self, item: FrontierItem, amount: int) -> PageRecord:
        number = int(item.url.rpartition("/")[2])
        bug = Finding(
            fingerprint=item.url, kind="k", severity=Severity.LOW, confidence=Confidence.FIRM, title="t", url=item.url
        )
        discovered = tuple(page(number * 2 + i) for i in range(amount))
        result = PageResult(url=item.url, end=PageEnd.LOADED)
        return PageRecord(page=result, findings=(bug,), discovered=discovered, recorded_at=datetime.now(UTC))

    async def check(self) -> None:
        counts = await self.shards[0].frontier.counts()
        assert counts.claimed + counts.crawled <= self.limits.max_pages
        assert counts.discovered == counts.pending + counts.claimed + counts.crawled
        hands = [claim.item.url for shard in self.shards for claim in shard.hands]
        assert len(hands) == len(set(hands)) == counts.claimed

    async def finish(self) -> None:
        await self.drain()
        while claims := await self.shards[0].frontier.claim_pages(3):
            for claim in claims:
                await self.shards[0].frontier.record_page(self._record(claim.item, 1))
        counts = await self.shards[0].frontier.counts()
        assert counts.claimed == 0
        assert counts.pending == 0 or counts.crawled == self.limits.max_pages
        findings = RedisFindings(self.client, self.keys, self.shards[0].fence)
        crashed = sum(result.end is PageEnd.CRASHED_WORKER for result in await findings.pages())
        found = await findings.all()
        assert len(found) == counts.crawled - crashed
        assert {one.occurrences for one in found} <= {1}


@settings(max_examples=60, deadline=None)
@given(steps=steps, max_pages=st.integers(1, 8))
def test_no_page_is_lost_doubled_or_beyond_the_budget(redis_url, steps, max_pages) -> None:
    async def scenario() -> None:
        keys = Keys(f"test-{uuid.uuid4().hex[:12]}")
        with connect(redis_url) as blocking:
            async with connect_async(redis_url) as client:
                world = World(client, LeaseStore(blocking, keys), keys, max_pages)
                await world.next_attempt()
                await world.shards[0].frontier.add([page(0), page(1)])
                for step in steps:
                    await world.play(*step)
                    await world.check()
                await world.finish()
                await world.control.delete("s")

    asyncio.run(scenario())

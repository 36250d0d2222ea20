"""What a session's ledger does, in memory and in Redis alike."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest

from bughive_crds.analysis import AnalysisStatus, AnalysisStop
from bughive_protocol.errors import FenceLost
from bughive_protocol.ledger import Allowance, Ledger, MemoryLedger, RedisLedger, Reservation
from bughive_protocol.limits import Limits
from bughive_protocol.memory_session import MemorySession
from bughive_protocol.memory_store import MemoryFrontier
from bughive_protocol.redis_store import RedisFrontier

ALLOWED = Allowance(micro_usd=100, pages=2)


@dataclass
class Kept:
    ledger: Ledger
    status: Callable[[], Awaitable[AnalysisStatus | None]]


@pytest.fixture(params=["memory", "redis"])
def kept(request: pytest.FixtureRequest) -> Kept:
    if request.param == "memory":
        session = MemorySession()
        ledger, frontier = MemoryLedger(session.analysis), MemoryFrontier(session, Limits(10))
    else:
        holder = tuple(request.getfixturevalue(name) for name in ("async_client", "keys", "fence"))
        ledger, frontier = RedisLedger(*holder), RedisFrontier(*holder, Limits(10))

    async def status() -> AnalysisStatus | None:
        return (await frontier.counts()).analysis

    return Kept(ledger, status)


async def test_nothing_is_known_of_a_session_that_asked_nobody(kept):
    assert await kept.status() is None


async def test_what_is_reserved_counts_in_full_until_it_is_settled(kept):
    assert await kept.ledger.reserve("a", "p1", 60, ALLOWED) is Reservation.OK
    assert await kept.status() == AnalysisStatus(pages=1, calls=1, usd=60e-6)
    await kept.ledger.settle("a", 13)
    assert await kept.status() == AnalysisStatus(pages=1, calls=1, usd=13e-6)


async def test_each_call_counts_once_however_often_it_is_told(kept):
    for _ in range(3):
        assert await kept.ledger.reserve("a", "p1", 60, ALLOWED) is Reservation.OK
    for _ in range(3):
        await kept.ledger.settle("a", 13, usable=False)
    assert await kept.status() == AnalysisStatus(pages=1, calls=1, unusable=1, usd=13e-6)
    await kept.ledger.settle("never reserved", 50)
    assert (await kept.status()).usd == 13e-6


async def test_a_call_that_does_not_fit_is_not_made(kept):
    assert await kept.ledger.reserve("a", "p1", 101, ALLOWED) is Reservation.BUDGET
    assert await kept.status() is None
    await kept.ledger.reserve("a", "p1", 60, ALLOWED)
    await kept.ledger.settle("a", 60)
    assert await kept.ledger.reserve("b", "p1", 41, ALLOWED) is Reservation.BUDGET
    assert await kept.ledger.reserve("b", "p1", 40, ALLOWED) is Reservation.OK


async def test_a_call_that_may_fit_once_others_are_settled_waits(kept):
    await kept.ledger.reserve("a", "p1", 60, ALLOWED)
    assert await kept.ledger.reserve("b", "p2", 60, ALLOWED) is Reservation.BUSY
    await kept.ledger.settle("a", 10)
    assert await kept.ledger.reserve("b", "p2", 60, ALLOWED) is Reservation.OK


async def test_no_more_pages_are_asked_about_than_may_be(kept):
    for call, page in (("a", "p1"), ("b", "p1"), ("c", "p2")):
        assert await kept.ledger.reserve(call, page, 1, ALLOWED) is Reservation.OK
    assert await kept.ledger.reserve("d", "p3", 1, ALLOWED) is Reservation.PAGES
    assert await kept.ledger.reserve("d", "p2", 1, ALLOWED) is Reservation.OK
    assert await kept.status() == AnalysisStatus(pages=2, calls=4, usd=4e-6)


async def test_pages_that_earlier_sessions_paid_for_are_counted_apart(kept):
    await kept.ledger.recall("p1")
    await kept.ledger.recall("p1")
    await kept.ledger.reserve("a", "p2", 1, ALLOWED)
    await kept.ledger.recall("p2")
    assert await kept.status() == AnalysisStatus(pages=1, recalled=1, calls=1, usd=1e-6)


async def test_the_first_reason_to_stop_stands(kept):
    await kept.ledger.stop(AnalysisStop.KEY_REFUSED, "401")
    await kept.ledger.stop(AnalysisStop.UNAVAILABLE, "529")
    assert await kept.ledger.reserve("a", "p1", 1, ALLOWED) is Reservation.STOPPED
    assert await kept.status() == AnalysisStatus(stopped=AnalysisStop.KEY_REFUSED, message="401")


async def test_a_worker_without_a_key_does_not_stop_one_that_has_it(kept):
    await kept.ledger.stop(AnalysisStop.NO_KEY, "no key")
    assert (await kept.status()).stopped is AnalysisStop.NO_KEY
    assert await kept.ledger.reserve("a", "p1", 1, ALLOWED) is Reservation.OK
    assert (await kept.status()).stopped is None


@pytest.mark.parametrize("worst", [1, 7, 30])
async def test_calls_of_many_at_once_never_spend_more_than_may_be(kept, worst):
    async def spend(name: int) -> Reservation:
        said = await kept.ledger.reserve(f"{name}", "p1", worst, ALLOWED)
        assert (await kept.status()).usd <= 100e-6
        if said is Reservation.OK and name % 3:
            await kept.ledger.settle(f"{name}", name % (worst + 1))
        return said

    said = await asyncio.gather(*(spend(name) for name in range(60)))
    assert Reservation.OK in said
    assert (await kept.status()).usd <= 100e-6


async def test_who_lost_the_fence_spends_nothing(async_client, keys, fence):
    ledger = RedisLedger(async_client, keys, fence)
    await ledger.reserve("a", "p1", 10, ALLOWED)
    await async_client.delete(keys.session(fence.session_id).lease)
    for call in (
        ledger.reserve("b", "p1", 1, ALLOWED),
        ledger.settle("a", 1),
        ledger.recall("p2"),
        ledger.stop(AnalysisStop.NO_KEY, "no"),
    ):
        with pytest.raises(FenceLost):
            await call

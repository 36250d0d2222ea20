"""One line for each host, whoever asks."""

import asyncio

import pytest

from bughive_protocol.connections import connect_async
from bughive_protocol.keys import Keys
from bughive_protocol.pace import MemoryPace, Pace, RedisPace

NEAR = 0.05
"""Seconds that the asking itself may take on a busy machine."""


@pytest.fixture(params=["memory", "redis"])
def pace(request: pytest.FixtureRequest) -> Pace:
    if request.param == "memory":
        return MemoryPace()
    return RedisPace(request.getfixturevalue("async_client"), request.getfixturevalue("keys"))


async def test_turns_are_evenly_spaced_and_the_first_is_now(pace: Pace) -> None:
    waits = [await pace.take("shop.test:80", 10) for _ in range(4)]
    assert waits == pytest.approx([0, 10, 20, 30], abs=NEAR)


async def test_each_waits_by_the_rate_of_whoever_went_before(pace: Pace) -> None:
    waits = [await pace.take("shop.test:80", interval) for interval in (100, 1, 1)]
    assert waits == pytest.approx([0, 100, 101], abs=NEAR)


async def test_hosts_have_lines_of_their_own(pace: Pace) -> None:
    assert [await pace.take(host, 10) for host in ("a:80", "a:443", "b:80")] == pytest.approx([0, 0, 0], abs=NEAR)


async def test_a_host_that_complained_is_left_alone_first(pace: Pace) -> None:
    await pace.take("shop.test:80", 1)
    waits = [await pace.take("shop.test:80", 1, pause=60), await pace.take("shop.test:80", 1)]
    assert waits == pytest.approx([60, 61], abs=NEAR)


async def test_sessions_in_several_processes_share_one_line(redis_url: str, keys: Keys, async_client) -> None:
    async with connect_async(redis_url) as other:
        paces = [RedisPace(async_client, keys), RedisPace(other, keys)]
        waits = await asyncio.gather(*(paces[i % 2].take("shop.test:80", 5) for i in range(6)))
    assert sorted(waits) == pytest.approx([0, 5, 10, 15, 20, 25], abs=NEAR)
    assert await async_client.zcard(keys.paces) == 1


async def test_what_is_past_leaves_nothing_behind(async_client, keys: Keys) -> None:
    pace = RedisPace(async_client, keys)
    for i in range(50):
        await pace.take(f"host-{i}:80", 0)
    await pace.take("last:80", 60)
    assert await async_client.zrange(keys.paces, 0, -1) == ["last:80"]


async def test_without_redis_a_process_goes_by_itself(keys: Keys) -> None:
    async with connect_async("redis://127.0.0.1:1/0", timeout=0.2, retries=0) as away:
        pace = RedisPace(away, keys)
        waits = [await pace.take("shop.test:80", 10) for _ in range(2)]
    assert waits == pytest.approx([0, 10], abs=NEAR)

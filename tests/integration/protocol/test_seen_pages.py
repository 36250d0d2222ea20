"""What sessions saw of pages, kept in Redis: for a time, in bounded room, and never a reason to fail."""

import time

import pytest

from bughive_protocol.connections import connect, connect_async
from bughive_protocol.limits import MAX_SEEN_PAGE_BYTES
from bughive_protocol.seen_pages import RedisSeenPages


@pytest.fixture
def pages(async_client, keys) -> RedisSeenPages:
    return RedisSeenPages(async_client, keys, max_bytes=100)


async def test_what_was_seen_last_comes_back_as_bytes(pages) -> None:
    assert await pages.get("a") is None
    await pages.put("a", b"\xff\x00old", 60)
    await pages.put("a", b"\xff\x00new", 60)
    assert await pages.get("a") == b"\xff\x00new"
    assert await pages.get("b") is None


async def test_what_expires_soonest_makes_room_and_room_is_counted_anew(pages) -> None:
    await pages.put("late", b"x" * 50, 3600)
    await pages.put("soon", b"x" * 40, 60)
    await pages.put("new", b"x" * 50, 600)
    assert [await pages.get(name) is not None for name in ("late", "soon", "new")] == [True, False, True]
    await pages.put("new", b"x" * 10, 600)
    await pages.put("small", b"x" * 40, 60)
    assert [await pages.get(name) is not None for name in ("late", "new", "small")] == [True] * 3
    await pages.put("huge", b"x" * 101, 60)
    assert await pages.get("huge") is None


async def test_what_is_replaced_lends_its_time(pages, client, keys) -> None:
    await pages.put("a", b"x", 3600)
    until = client.zscore(keys.seen_until, "a")
    await pages.put("a", b"y", 60)
    assert client.zscore(keys.seen_until, "a") == until


async def test_what_is_past_makes_room(pages, client, keys) -> None:
    await pages.put("a", b"x" * 100, 60)
    client.zadd(keys.seen_until, {"a": 1})
    await pages.put("b", b"x" * 100, 60)
    assert await pages.get("a") is None
    assert await pages.get("b") is not None
    assert client.zrange(keys.seen_until, 0, -1) == ["b"]


async def test_with_the_last_page_all_of_it_expires(pages, client, keys) -> None:
    await pages.put("a", b"x", 3600)
    await pages.put("b", b"x", 60)
    now = time.time()
    for key in (keys.seen_pages, keys.seen_until):
        assert client.expiretime(key) - now == pytest.approx(3600, abs=5)


async def test_a_page_that_is_too_large_or_too_old_is_not_kept(async_client, client, keys) -> None:
    pages = RedisSeenPages(async_client, keys)
    await pages.put("a", b"x" * (MAX_SEEN_PAGE_BYTES + 1), 60)
    await pages.put("b", b"x", 0)
    assert client.exists(keys.seen_pages, keys.seen_until) == 0


async def test_a_redis_that_is_full_or_away_keeps_and_knows_nothing(private_redis, keys) -> None:
    async with connect_async(private_redis.url) as opened:
        pages = RedisSeenPages(opened, keys)
        with connect(private_redis.url) as blocking:
            blocking.config_set("maxmemory", 1)
        await pages.put("a", b"x", 60)
        assert await pages.get("a") is None
        private_redis.kill()
        await pages.put("a", b"x", 60)
        assert await pages.get("a") is None

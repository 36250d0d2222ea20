"""A Redis that is full refuses new pages whole, and still lets a holder leave."""

from datetime import UTC, datetime

import pytest
from redis.exceptions import OutOfMemoryError

from bughive_crds.crawl_session import Outcome
from bughive_protocol.connections import connect, connect_async
from bughive_protocol.control import DispatchOrder, SessionControl
from bughive_protocol.finisher import Finisher
from bughive_protocol.frontier import FrontierItem, PageEnd, PageRecord, PageResult
from bughive_protocol.keys import Keys
from bughive_protocol.lease import AcquireResult, BeatResult, ReleaseReason
from bughive_protocol.lease_store import LeaseStore
from bughive_protocol.limits import Limits
from bughive_protocol.redis_store import RedisFindings, RedisFrontier

PAGE = FrontierItem(url="http://shop.test/", depth=0)


async def test_a_full_redis_loses_nothing_and_lets_workers_leave(private_redis, key_prefix) -> None:
    keys = Keys(key_prefix)
    async with connect_async(private_redis.url) as client:
        with connect(private_redis.url) as blocking:
            control, leases = SessionControl(client, keys), LeaseStore(blocking, keys)
            await control.dispatch(DispatchOrder("s", "ns", "n", 1, 1, "{}"))
            await control.dispatch(DispatchOrder("t", "ns", "n", 1, 1, "{}"))
            fence = leases.acquire("s", 1, 0, "a").fence
            frontier = RedisFrontier(client, keys, fence, Limits(10))
            await frontier.add([PAGE])
            await frontier.claim_pages(1)
            blocking.config_set("maxmemory", 1)

            page = PageResult(url=PAGE.url, end=PageEnd.LOADED)
            with pytest.raises(OutOfMemoryError):
                await frontier.record_page(PageRecord(page=page, recorded_at=datetime.now(UTC)))
            assert await RedisFindings(client, keys, fence).pages() == []
            assert leases.beat(fence, PAGE.url) is BeatResult.OK
            await frontier.give_back()
            leases.release(fence, ReleaseReason.DRAIN)
            other = leases.acquire("t", 1, 0, "a")
            assert other.result is AcquireResult.OK
            assert (
                await Finisher(client, keys, other.fence, Limits(10)).finish(Outcome.PASSED, {})
            ).outcome == "Passed"
            counts = await frontier.counts()
            assert (counts.pending, counts.claimed, counts.crawled) == (1, 0, 0)

"""Several workers on one session: who may write, what a lost one leaves behind, and how all of them end."""

import asyncio
from datetime import UTC, datetime

import pytest

from bughive_crds.crawl_session import Outcome
from bughive_protocol.errors import FenceLost
from bughive_protocol.finisher import Election, Finisher
from bughive_protocol.frontier import FrontierItem, PageEnd, PageRecord, PageResult
from bughive_protocol.lease import AcquireResult, BeatResult, ReleaseReason, Signal
from bughive_protocol.limits import Limits
from bughive_protocol.redis_store import RedisFrontier

MAX_PAGES = 5


def page(number: int) -> FrontierItem:
    return FrontierItem(url=f"http://shop.test/{number}", depth=0)


def record(url: str) -> PageRecord:
    return PageRecord(page=PageResult(url=url, end=PageEnd.LOADED), recorded_at=datetime(2026, 1, 2, tzinfo=UTC))


@pytest.fixture
def shard(async_client, keys, session_id, leases):
    """Takes a shard's lease; returns its fence, frontier and finisher."""

    def take(number: int, store=leases):
        acquired = store.acquire(session_id, 1, number, f"worker-{number}")
        assert acquired.fence is not None, acquired.result
        parts = (async_client, keys, acquired.fence, Limits(MAX_PAGES))
        return acquired.fence, RedisFrontier(*parts), Finisher(*parts)

    return take


@pytest.fixture
async def dispatched(control, order, session_id):
    await control.dispatch(order(session_id, shards=3))


@pytest.mark.usefixtures("dispatched")
async def test_shards_share_one_frontier_and_never_visit_more_than_max_pages(shard):
    (_, one, _), (_, two, _) = shard(0), shard(1)
    await one.add([page(i) for i in range(20)])
    claims = []
    for _ in range(10):
        claims += [claim.item.url for frontier in (one, two) for claim in await frontier.claim_pages(1)]
    assert len(claims) == len(set(claims)) == MAX_PAGES


@pytest.mark.usefixtures("dispatched")
async def test_a_dead_shards_pages_go_to_the_others_and_it_may_be_taken_again(shard, short_leases, control, session_id):
    (_, one, _), (dead, two, _) = shard(0), shard(1, short_leases)
    await one.add([page(i) for i in range(3)])
    assert len(await two.claim_pages(2)) == 2
    assert len(await one.claim_pages(9)) == 1
    assert await control.reopen(session_id, 1, [1], grace=8) == 0, "it may still come back"

    while await control.reopen(session_id, 1, [1], grace=0) == 0:  # noqa: ASYNC110 - nobody tells of a lapsed lease
        await asyncio.sleep(0.01)
    assert sorted(claim.item.url for claim in await one.claim_pages(9)) == [page(0).url, page(1).url]
    with pytest.raises(FenceLost):
        await two.record_page(record(page(0).url))
    again, _, _ = shard(1)
    assert again.epoch > dead.epoch


@pytest.mark.usefixtures("dispatched")
async def test_a_shard_that_was_left_in_good_order_may_be_taken_again(shard, leases, control, session_id):
    shard(0)
    fence, _, _ = shard(1)
    leases.release(fence, ReleaseReason.DRAIN)
    assert leases.acquire(session_id, 1, 1, "other").result is AcquireResult.DONE
    assert await control.reopen(session_id, 1, [1], grace=8) == 1
    assert leases.acquire(session_id, 1, 1, "other").result is AcquireResult.OK


@pytest.mark.usefixtures("dispatched")
async def test_a_live_shard_is_never_reopened(shard, control, session_id):
    fence, frontier, _ = shard(0)
    assert await control.reopen(session_id, 1, [0], grace=0) == 0
    assert await control.reopen(session_id, 2, [0], grace=0) == 0
    await frontier.add([page(1)])
    assert fence.epoch == 1


@pytest.mark.usefixtures("dispatched")
async def test_one_shards_share_of_time_is_that_of_all(shard, leases, control, order, session_id):
    (one, _, _), (two, _, _) = shard(0), shard(1)
    assert leases.beat(two) is BeatResult.OK
    leases.release(one, ReleaseReason.SLICE)
    assert leases.beat(two) is BeatResult.SLICE
    assert leases.acquire(session_id, 1, 2, "late").result is AcquireResult.DONE
    leases.release(two, ReleaseReason.SLICE)
    await control.dispatch(order(session_id, attempt=2, shards=3))
    assert leases.acquire(session_id, 2, 2, "next").result is AcquireResult.OK


@pytest.mark.usefixtures("dispatched")
async def test_the_session_runs_until_its_last_shard_has_left(shard, leases, async_client, keys, session_id):
    (one, _, _), (two, _, _) = shard(0), shard(1)
    status = keys.session(session_id).state
    leases.release(one, ReleaseReason.DRAIN)
    assert await async_client.hget(status, "status") == "running"
    leases.release(two, ReleaseReason.DRAIN)
    assert await async_client.hget(status, "status") == "pending"


@pytest.mark.usefixtures("dispatched")
async def test_one_finishes_while_the_others_wait_and_then_leave(shard):
    (_, one, first), (_, _, second) = shard(0), shard(1)
    await one.add([page(1)])
    (claim,) = await one.claim_pages(1)
    assert await second.elect() is Election.WAIT
    await one.record_page(record(claim.item.url))
    assert await first.elect() is Election.FINISH
    assert await second.elect() is Election.WAIT
    await first.finish(Outcome.PASSED, {})
    assert await second.elect() is Election.DONE
    assert await second.elect_reporter() is Election.DONE, "a verdict needs no partial report"


@pytest.mark.usefixtures("dispatched")
async def test_of_a_session_that_was_cancelled_one_reports_once_the_others_have_left(
    shard, leases, control, session_id
):
    (one, _, first), (two, _, second) = shard(0), shard(1)
    await control.signal(session_id, 1, 2, Signal.CANCEL)
    assert await first.elect_reporter() is Election.WAIT
    assert await second.elect_reporter() is Election.DONE
    leases.release(two, ReleaseReason.CANCEL)
    assert await first.elect_reporter() is Election.FINISH
    leases.release(one, ReleaseReason.CANCEL)

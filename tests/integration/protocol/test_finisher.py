"""Who ends a session, when, and who wins against a cancel."""

from datetime import UTC, datetime

import pytest

from bughive_crds.crawl_report import CrawlReportContent, ReportedBug
from bughive_crds.crawl_session import Outcome
from bughive_crds.model import Severity
from bughive_protocol.control import Digest
from bughive_protocol.errors import FenceLost
from bughive_protocol.finisher import Election, Finisher
from bughive_protocol.frontier import FrontierItem, LinkItem, PageEnd, PageRecord, PageResult
from bughive_protocol.lease import AcquireResult, ReleaseReason
from bughive_protocol.limits import Limits
from bughive_protocol.redis_store import RedisFrontier

PAGES = [FrontierItem(url=f"http://shop.test/{i}", depth=0) for i in range(2)]


def record(url: str, **more) -> PageRecord:
    return PageRecord(
        page=PageResult(url=url, end=PageEnd.LOADED), recorded_at=datetime(2026, 1, 2, tzinfo=UTC), **more
    )


class Shard:
    def __init__(self, client, keys, fence, max_pages: int = 10) -> None:
        self.fence = fence
        self.frontier = RedisFrontier(client, keys, fence, Limits(max_pages))
        self.finisher = Finisher(client, keys, fence, Limits(max_pages))


@pytest.fixture
def shard(async_client, keys, fence) -> Shard:
    return Shard(async_client, keys, fence)


@pytest.fixture
async def shards(control, leases, async_client, keys, order, session_id) -> list[Shard]:
    await control.dispatch(order(session_id, shards=2))
    return [Shard(async_client, keys, leases.acquire(session_id, 1, n, "w").fence) for n in (0, 1)]


async def test_nobody_finishes_while_there_is_work(shard: Shard) -> None:
    await shard.frontier.add(PAGES[:1])
    assert await shard.finisher.elect() is Election.WORK
    await shard.frontier.claim_pages(1)
    assert await shard.finisher.elect() is Election.WAIT
    await shard.frontier.record_page(record(PAGES[0].url, links=(LinkItem(url="http://x.test/", source="s"),)))
    assert await shard.finisher.elect() is Election.WORK
    await shard.frontier.claim_links(1)
    assert await shard.finisher.elect() is Election.WAIT


async def test_a_session_ends_when_its_budget_is_used_up_though_pages_wait(async_client, keys, fence) -> None:
    shard = Shard(async_client, keys, fence, max_pages=1)
    await shard.frontier.add(PAGES)
    (claim,) = await shard.frontier.claim_pages(9)
    await shard.frontier.record_page(record(claim.item.url))
    assert await shard.finisher.elect() is Election.FINISH


async def test_one_of_two_shards_finishes_and_the_other_waits_for_the_verdict(shards: list[Shard]) -> None:
    first, second = shards
    await first.frontier.add(PAGES)
    for shard in shards:
        (claim,) = await shard.frontier.claim_pages(1)
        assert await shard.finisher.elect() is not Election.FINISH
        await shard.frontier.record_page(record(claim.item.url))
    assert await second.finisher.elect() is Election.FINISH
    assert await first.finisher.elect() is Election.WAIT
    assert await second.finisher.elect() is Election.FINISH
    await second.finisher.finish(Outcome.PASSED, {})
    assert await first.finisher.elect() is Election.DONE


async def test_the_office_passes_on_when_the_finisher_leaves(shards: list[Shard], leases) -> None:
    first, second = shards
    assert await first.finisher.elect() is Election.FINISH
    leases.release(first.fence, ReleaseReason.DRAIN)
    assert await second.finisher.elect() is Election.FINISH


async def test_the_next_holder_resumes_where_the_finisher_died(
    control, leases, shard: Shard, async_client, keys, order
) -> None:
    assert await shard.finisher.elect() is Election.FINISH
    await control.dispatch(order(shard.fence.session_id, 2))
    heir = Shard(async_client, keys, leases.acquire(shard.fence.session_id, 2, 0, "b").fence)
    assert await heir.finisher.elect() is Election.FINISH
    with pytest.raises(FenceLost):
        await shard.finisher.finish(Outcome.PASSED, {})


async def test_finishing_sets_the_verdict_and_the_state_and_drops_the_lease(shard: Shard, control, leases) -> None:
    bug = ReportedBug(fingerprint="f", kind="k", severity=Severity.HIGH, title="t", url="http://shop.test/")
    digest = Digest(content=CrawlReportContent(session="shop", url="http://shop.test/", worst=(bug,)), report_url="x")
    await shard.finisher.put_digest(digest)
    verdict = await shard.finisher.finish(Outcome.BUGS_FOUND, {"bugs": 1})
    assert (verdict.cancelled, verdict.outcome) == (False, Outcome.BUGS_FOUND)
    (snapshot,) = await control.observe([shard.fence.session_id])
    assert (snapshot.verdict, snapshot.digest, snapshot.leases, snapshot.release) == (verdict, digest, (), None)
    assert leases.acquire(shard.fence.session_id, 1, 0, "b").result is AcquireResult.DONE
    assert await control.cancel(shard.fence.session_id, 1, 9, "Cancelled") == verdict


async def test_finishing_again_after_a_lost_answer_tells_the_same(shard: Shard) -> None:
    first = await shard.finisher.finish(Outcome.PASSED, {})
    assert await shard.finisher.finish(Outcome.PASSED, {}) == first


async def test_who_finishes_after_a_cancel_learns_that_it_lost(shard: Shard, control, leases) -> None:
    cancelled = await control.cancel(shard.fence.session_id, 1, 1, "Cancelled")
    assert await shard.finisher.finish(Outcome.PASSED, {}) == cancelled
    assert cancelled.cancelled
    leases.release(shard.fence, ReleaseReason.CANCEL)
    (snapshot,) = await control.observe([shard.fence.session_id])
    assert (snapshot.verdict, snapshot.leases) == (cancelled, ())


async def test_a_digest_that_is_no_digest_is_refused(shard: Shard) -> None:
    bug = ReportedBug(fingerprint="f" * 60, kind="k", severity=Severity.HIGH, title="日" * 200, url="u" * 300)
    content = CrawlReportContent(session="shop", url="http://shop.test/", worst=(bug,) * 50)
    with pytest.raises(ValueError, match="list fewer bugs"):
        await shard.finisher.put_digest(Digest(content=content))

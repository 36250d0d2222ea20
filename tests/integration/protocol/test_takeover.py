"""What happens to the work of a holder that died, and that a stale holder can write nothing."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest
import redis.asyncio

from bughive_crds.crawl_report import CrawlReportContent
from bughive_crds.crawl_session import Outcome
from bughive_crds.model import Severity
from bughive_protocol.control import Digest
from bughive_protocol.errors import FenceLost
from bughive_protocol.finding import Confidence, Finding
from bughive_protocol.finisher import Finisher
from bughive_protocol.frontier import (
    FrontierItem,
    LinkItem,
    LinkRecord,
    LinkResult,
    LinkVerdict,
    PageEnd,
    PageRecord,
    PageResult,
)
from bughive_protocol.keys import Keys
from bughive_protocol.lease import Fence, ReleaseReason
from bughive_protocol.limits import Limits
from bughive_protocol.redis_images import RedisImages
from bughive_protocol.redis_store import RedisFindings, RedisFrontier

NOW = datetime(2026, 1, 2, tzinfo=UTC)
START = FrontierItem(url="http://shop.test/", depth=0)
OTHER = FrontierItem(url="http://shop.test/other", depth=1)
LINK = LinkItem(url="http://else.test/", source=START.url)
BUG = Finding(fingerprint="f1", kind="k", severity=Severity.HIGH, confidence=Confidence.FIRM, title="t", url=START.url)


def record(url: str, **more) -> PageRecord:
    return PageRecord(page=PageResult(url=url, end=PageEnd.LOADED), recorded_at=NOW, **more)


@pytest.fixture
def frontier_of(async_client: redis.asyncio.Redis, keys: Keys) -> Callable[..., RedisFrontier]:
    return lambda fence, max_pages=10: RedisFrontier(async_client, keys, fence, Limits(max_pages))


@pytest.fixture
def dying(control, leases, order, session_id) -> Callable[[], Awaitable[Fence]]:
    """Each call: the next attempt's holder takes over from one that died without a word."""
    attempts = iter(range(1, 10))

    async def take_over() -> Fence:
        attempt = next(attempts)
        await control.dispatch(order(session_id, attempt))
        return leases.acquire(session_id, attempt, 0, f"worker-{attempt}").fence

    return take_over


async def test_the_claims_of_a_dead_holder_are_claimed_by_the_next_one(dying, frontier_of) -> None:
    dead = frontier_of(await dying())
    await dead.add([START, OTHER])
    await dead.record_page(record("http://shop.test/done", links=(LINK,)))
    await dead.claim_pages(1)
    await dead.claim_links(1)
    heir = frontier_of(await dying())
    assert [(claim.item, claim.tries) for claim in await heir.claim_pages(9)] == [(START, 2), (OTHER, 1)]
    assert await heir.claim_links(9) == [LINK]


async def test_the_same_attempt_is_resumed_when_its_lease_ran_out(
    control, short_leases, frontier_of, order, eventually, session_id
) -> None:
    await control.dispatch(order(session_id))
    dead = frontier_of(short_leases.acquire(session_id, 1, 0, "a").fence)
    await dead.add([START])
    await dead.claim_pages(1)
    heir = frontier_of(eventually(lambda: short_leases.acquire(session_id, 1, 0, "b").fence))
    assert [claim.tries for claim in await heir.claim_pages(1)] == [2]


async def test_a_page_that_two_holders_died_with_is_recorded_as_failed(dying, frontier_of, async_client, keys) -> None:
    first = frontier_of(await dying(), 2)
    await first.add([START, OTHER])
    await first.claim_pages(1)
    await frontier_of(await dying(), 2).claim_pages(1)
    fence = await dying()
    third = frontier_of(fence, 2)
    assert [claim.item for claim in await third.claim_pages(9)] == [OTHER]
    (page,) = await RedisFindings(async_client, keys, fence).pages()
    assert (page.url, page.end, page.depth, page.referrer) == (START.url, PageEnd.CRASHED_WORKER, 0, None)
    counts = await third.counts()
    assert (counts.crawled, counts.failed, counts.claimed) == (1, 1, 1)


async def test_leaving_on_purpose_is_no_death(dying, frontier_of, leases) -> None:
    for _ in range(3):
        fence = await dying()
        frontier = frontier_of(fence)
        await frontier.add([START])
        assert [claim.tries for claim in await frontier.claim_pages(1)] == [1]
        leases.release(fence, ReleaseReason.DRAIN)


async def test_the_last_page_of_the_budget_is_crawled_again_after_a_death(dying, frontier_of) -> None:
    dead = frontier_of(await dying(), 1)
    await dead.add([START])
    await dead.claim_pages(1)
    assert len(await frontier_of(await dying(), 1).claim_pages(1)) == 1


async def test_a_shard_takes_back_its_own_claims_only(control, leases, frontier_of, order, session_id) -> None:
    await control.dispatch(order(session_id, shards=2))
    fences = [leases.acquire(session_id, 1, shard, "w").fence for shard in (0, 1)]
    left, right = (frontier_of(fence) for fence in fences)
    await left.add([START, OTHER])
    await left.claim_pages(1)
    await right.claim_pages(1)
    leases.release(fences[0], ReleaseReason.DRAIN)
    assert [claim.item for claim in await right.claim_pages(9)] == [START]


async def test_a_claim_whose_answer_was_lost_is_answered_again(dying, frontier_of, async_client, monkeypatch) -> None:
    frontier = frontier_of(await dying())
    await frontier.add([START, OTHER])
    await frontier.record_page(record("http://shop.test/x", links=(LINK,)))
    evalsha = async_client.evalsha

    async def lose_the_answer(*arguments):
        await evalsha(*arguments)
        raise redis.ConnectionError

    for claim in (frontier.claim_pages, frontier.claim_links):
        monkeypatch.setattr(async_client, "evalsha", lose_the_answer)
        with pytest.raises(redis.ConnectionError):
            await claim(1)
        monkeypatch.setattr(async_client, "evalsha", evalsha)
    assert [claim.item for claim in await frontier.claim_pages(1)] == [START]
    assert [claim.item for claim in await frontier.claim_pages(1)] == [OTHER]
    assert await frontier.claim_links(1) == [LINK]
    assert await frontier.claim_links(1) == []


WRITES: dict[str, Callable[..., Awaitable[object]]] = {
    "add": lambda at: at.frontier.add([START]),
    "claim pages": lambda at: at.frontier.claim_pages(1),
    "claim links": lambda at: at.frontier.claim_links(1),
    "give back": lambda at: at.frontier.give_back(),
    "record a page": lambda at: at.frontier.record_page(record(START.url, findings=(BUG,))),
    "record links": lambda at: at.frontier.record_links(
        [LinkRecord(result=LinkResult(url=LINK.url, verdict=LinkVerdict.OK))]
    ),
    "add findings": lambda at: at.findings.add([BUG]),
    "put a picture": lambda at: at.images.put("f1", b"jpeg"),
    "elect": lambda at: at.finisher.elect(),
    "put the digest": lambda at: at.finisher.put_digest(Digest(content=CrawlReportContent(session="s", url=START.url))),
    "finish": lambda at: at.finisher.finish(Outcome.PASSED, {}),
}


class Holder:
    def __init__(self, client: redis.asyncio.Redis, keys: Keys, fence: Fence) -> None:
        self.frontier = RedisFrontier(client, keys, fence, Limits(10))
        self.findings = RedisFindings(client, keys, fence)
        self.images = RedisImages(client, keys, fence)
        self.finisher = Finisher(client, keys, fence, Limits(10))


@pytest.fixture(params=["a newer attempt", "a newer epoch", "fenced off", "deleted", "acknowledged"])
async def stale_fence(request, control, client, keys, fence, order) -> Fence:
    session_id = fence.session_id
    if request.param == "a newer attempt":
        await control.dispatch(order(session_id, 2))
    elif request.param == "a newer epoch":
        client.hset(keys.session(session_id).lease, "token:0", f"1.{fence.epoch + 1}.another")
    elif request.param == "fenced off":
        await control.fence_off(session_id, 1)
    elif request.param == "deleted":
        await control.delete(session_id)
    else:
        await control.acknowledge(session_id, "failed", None)
    return fence


@pytest.mark.parametrize("write", WRITES)
async def test_a_stale_holder_writes_nothing(write, client, keys, async_client, stale_fence) -> None:
    before = _dump(client, keys)
    with pytest.raises(FenceLost):
        await WRITES[write](Holder(async_client, keys, stale_fence))
    assert _dump(client, keys) == before


def _dump(client: redis.Redis, keys: Keys) -> dict[str, object]:
    return {key: client.execute_command("DUMP", key, NEVER_DECODE=True) for key in client.keys(f"{keys.prefix}:*")}

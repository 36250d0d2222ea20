"""What others are to hear of is written with the fact itself, and read at least once."""

import pytest

from bughive_crds.crawl_session import Outcome
from bughive_crds.model import Severity
from bughive_protocol.control import DispatchOrder
from bughive_protocol.finding import Confidence, Finding
from bughive_protocol.finisher import Finisher
from bughive_protocol.frontier import LinkRecord, LinkResult, LinkVerdict, PageEnd, PageRecord, PageResult
from bughive_protocol.limits import Limits
from bughive_protocol.outbox import Outbox
from bughive_protocol.outbox_entry import EntryKind
from bughive_protocol.redis_store import RedisFindings, RedisFrontier
from bughive_protocol.redis_time import redis_time

LIMITS = Limits(10)
SPEC = '{"url":"http://shop.test/"}'
ALL = tuple(EntryKind)


def finding(fingerprint: str, ignored: str | None = None) -> Finding:
    return Finding(
        fingerprint=fingerprint,
        kind="planted",
        severity=Severity.LOW,
        confidence=Confidence.CERTAIN,
        title="",
        url="http://shop.test/",
        ignored=ignored,
    )


@pytest.fixture
def outbox(async_client, keys) -> Outbox:
    return Outbox(async_client, keys, "reader-a")


@pytest.fixture
def told(outbox, session_id):
    """What the outbox tells of the session, and is then rid of."""

    async def told() -> list[tuple[str, str]]:
        read = await outbox.read(100)
        await outbox.ack(read)
        assert {out.session_id for out in read} <= {session_id}
        return [(out.entry.kind, out.entry.body) for out in read]

    return told


@pytest.fixture
def begin(control, leases, session_id):
    """Dispatch an attempt that tells these kinds of entries, and take its lease."""

    async def begin(attempt: int = 1, entries: tuple[str, ...] = ALL):
        await control.dispatch(DispatchOrder(session_id, "default", "shop", attempt, 1, SPEC, 1, entries))
        return leases.acquire(session_id, attempt, 0, "worker-a").fence

    return begin


@pytest.fixture
def record(async_client, keys):
    async def record(fence, url: str, *findings: Finding) -> None:
        page = PageResult(url=url, end=PageEnd.LOADED)
        at = await redis_time(async_client)
        await RedisFrontier(async_client, keys, fence, LIMITS).record_page(
            PageRecord(page=page, findings=findings, recorded_at=at)
        )

    return record


async def test_a_session_tells_of_its_start_its_bugs_and_its_end(begin, record, told, async_client, keys) -> None:
    fence = await begin()
    await record(fence, "/a", finding("f1"), finding("f2"))
    await Finisher(async_client, keys, fence, LIMITS).finish(Outcome.PASSED, {})
    assert await told() == [("started", ""), ("bug", "f1"), ("bug", "f2"), ("finished", "")]


async def test_a_session_that_nobody_hears_of_tells_nothing(begin, record, told, async_client, keys) -> None:
    fence = await begin(entries=())
    await record(fence, "/a", finding("f1"))
    await Finisher(async_client, keys, fence, LIMITS).finish(Outcome.PASSED, {})
    assert await told() == []


async def test_only_what_is_asked_for_is_told(begin, record, told, async_client, keys) -> None:
    fence = await begin(entries=("finished",))
    await record(fence, "/a", finding("f1"))
    await Finisher(async_client, keys, fence, LIMITS).finish(Outcome.PASSED, {})
    assert await told() == [("finished", "")]


async def test_a_bug_is_told_once_wherever_it_is_seen(begin, record, told, async_client, keys) -> None:
    fence = await begin()
    await record(fence, "/a", finding("f1"))
    await record(fence, "/a", finding("f1"))
    await record(fence, "/b", finding("f1"))
    link = LinkResult(url="http://else.test/", verdict=LinkVerdict.BROKEN)
    await RedisFrontier(async_client, keys, fence, LIMITS).record_links(
        [LinkRecord(result=link, finding=finding("f1"))]
    )
    await RedisFindings(async_client, keys, fence).add([finding("f1"), finding("f2")])
    assert await told() == [("started", ""), ("bug", "f1"), ("bug", "f2")]


async def test_a_bug_that_is_ignored_is_told_when_it_first_counts(begin, record, told) -> None:
    fence = await begin()
    await record(fence, "/a", finding("f1", ignored="known"))
    assert await told() == [("started", "")]
    await record(fence, "/b", finding("f1"))
    await record(fence, "/c", finding("f1", ignored="known"), finding("f1"))
    assert await told() == [("bug", "f1")]


async def test_the_start_is_told_once_however_many_attempts_there_are(begin, told) -> None:
    await begin(1)
    await begin(2)
    assert await told() == [("started", "")]


async def test_the_end_is_told_once_whoever_ends_the_session(begin, told, control, async_client, keys) -> None:
    fence = await begin()
    await control.cancel(fence.session_id, 1, 1, "Cancelled")
    await control.cancel(fence.session_id, 1, 2, "ActiveDeadlineExceeded")
    await Finisher(async_client, keys, fence, LIMITS).finish(Outcome.PASSED, {})
    assert await told() == [("started", ""), ("finished", "")]


async def test_the_end_of_a_session_that_was_never_dispatched_is_told_with_its_spec(
    told, control, session_id, async_client, keys
) -> None:
    order = DispatchOrder(session_id, "default", "shop", 0, 1, SPEC, 1, ALL)
    await control.cancel(session_id, 0, 1, "QueueDeadlineExceeded", order)
    assert await told() == [("finished", "")]
    assert await async_client.hmget(keys.session(session_id).spec, ["json", "name"]) == [SPEC, "shop"]


async def test_until_the_end_is_sent_on_the_session_says_so(begin, control) -> None:
    fence = await begin()
    assert not (await control.observe([fence.session_id]))[0].deliveries.pending
    await control.cancel(fence.session_id, 1, 1, "Cancelled")
    assert (await control.observe([fence.session_id]))[0].deliveries.unsent
    await control.delivery_book().sent(fence.session_id)
    assert not (await control.observe([fence.session_id]))[0].deliveries.pending


async def test_what_a_reader_did_not_acknowledge_is_read_again(begin, record, outbox, async_client, keys) -> None:
    await record(await begin(), "/a", finding("f1"), finding("f2"))
    first = await outbox.read(2)
    await outbox.ack(first[:1])
    heir = Outbox(async_client, keys, "reader-b", abandoned_seconds=0)
    assert [out.entry.body for out in await heir.read()] == ["f1", "f2"]


async def test_an_heir_need_not_wait_for_what_the_one_before_had_read(begin, outbox, async_client, keys) -> None:
    await begin()
    assert len(await outbox.read()) == 1
    heir = Outbox(async_client, keys, "reader-b")
    assert await heir.read() == []
    assert [out.entry.kind for out in await heir.read(inherit=True)] == ["started"]


async def test_what_was_acknowledged_is_gone(begin, outbox) -> None:
    await begin()
    assert (await outbox.backlog()).length == 1
    await outbox.ack(await outbox.read())
    await outbox.ack([])
    assert (await outbox.backlog()).length == 0


async def test_an_empty_outbox_reads_as_empty(outbox) -> None:
    assert await outbox.read() == []
    assert (await outbox.backlog()).age_seconds == 0


async def test_an_entry_grows_old_until_it_is_acknowledged(begin, outbox) -> None:
    await begin()
    await outbox.read()
    age = (await outbox.backlog()).age_seconds
    while (await outbox.backlog()).age_seconds <= age:  # Redis tells it to the microsecond
        assert (await outbox.backlog()).length == 1

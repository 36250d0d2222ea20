"""What is to be sent is written with its page and read at least once."""

from datetime import UTC, datetime

import pytest

from bughive_protocol.frontier import OutboxEntry, PageEnd, PageRecord, PageResult
from bughive_protocol.limits import Limits
from bughive_protocol.outbox import Outbox
from bughive_protocol.redis_store import RedisFrontier

ENTRIES = tuple(OutboxEntry(kind="ticket", body=f'{{"fingerprint":"{i}"}}') for i in range(3))


@pytest.fixture
def outbox(async_client, keys) -> Outbox:
    return Outbox(async_client, keys, "reader-a")


@pytest.fixture
def record(async_client, keys, fence):
    frontier = RedisFrontier(async_client, keys, fence, Limits(10))
    page = PageResult(url="http://shop.test/", end=PageEnd.LOADED)
    at = datetime(2026, 1, 2, tzinfo=UTC)
    return lambda: frontier.record_page(PageRecord(page=page, outbox=ENTRIES, recorded_at=at))


async def test_a_page_that_is_recorded_twice_sends_once(outbox: Outbox, record, fence) -> None:
    await record()
    await record()
    assert [(out.session_id, out.entry) for out in await outbox.read()] == [
        (fence.session_id, entry) for entry in ENTRIES
    ]
    assert await outbox.read() == []


async def test_what_a_reader_did_not_acknowledge_is_read_again(outbox: Outbox, record, async_client, keys) -> None:
    await record()
    first = await outbox.read(2)
    await outbox.ack(first[:1])
    heir = Outbox(async_client, keys, "reader-b", abandoned_seconds=0)
    assert [out.entry for out in await heir.read()] == list(ENTRIES[1:])


async def test_what_was_acknowledged_is_gone(outbox: Outbox, record, async_client, keys) -> None:
    await record()
    await outbox.ack(await outbox.read())
    await outbox.ack([])
    assert await async_client.xlen(keys.outbox) == 0


async def test_an_empty_outbox_reads_as_empty(outbox: Outbox) -> None:
    assert await outbox.read() == []

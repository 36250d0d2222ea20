"""Pictures on their way through Redis: who waits for whom, and what is left when a session goes."""

import asyncio
import time

from bughive_protocol.outbox import Outbox
from bughive_protocol.outbox_entry import EntryKind, OutboxEntry
from bughive_protocol.picture import KeptPicture, PutPicture
from bughive_protocol.redis_images import RedisImages, RedisPictures

KEPT = KeptPicture(name="pictures/x.webp", url="u", width=4, height=3, size=9)


async def test_a_crawl_waits_for_the_upload_of_earlier_pictures(async_client, keys, fence) -> None:
    images = RedisImages(async_client, keys, fence, 300, room_seconds=20)
    assert await images.put("f1", bytes(256)) is PutPicture.KEPT
    waiting = asyncio.create_task(images.put("f2", bytes(256)))
    uploads = RedisPictures(async_client, keys, fence.session_id)
    done, _ = await asyncio.wait([waiting], timeout=1)
    assert not done
    await uploads.settle("f1", KEPT)
    assert await waiting is PutPicture.KEPT
    assert await uploads.pending() == {"f2"}


async def test_a_crawl_that_waited_in_vain_does_not_wait_for_every_picture(async_client, keys, fence) -> None:
    images = RedisImages(async_client, keys, fence, 300, room_seconds=1)
    assert await images.put("f1", bytes(256)) is PutPicture.KEPT
    before = time.monotonic()
    assert await images.put("f2", bytes(256)) is PutPicture.NO_ROOM
    assert time.monotonic() - before >= 1
    for _ in range(20):
        assert await images.put("f3", bytes(256)) is PutPicture.NO_ROOM
    assert time.monotonic() - before < 5
    await images.settle("f1", KEPT)
    assert await images.put("f3", bytes(256)) is PutPicture.KEPT
    assert images._waits, "the uploads go on, so it is worth while again"


async def test_of_a_session_that_is_gone_nothing_is_noted(async_client, keys) -> None:
    await RedisPictures(async_client, keys, "gone").settle("f1", KEPT)
    assert not await async_client.exists(*keys.session("gone").all())


async def test_what_is_noted_late_goes_with_the_session(async_client, client, keys, fence) -> None:
    images = RedisImages(async_client, keys, fence)
    assert await images.put("f1", b"packed") is PutPicture.KEPT
    own = keys.session(fence.session_id)
    client.zadd(keys.expiring, {fence.session_id: time.time() * 1000 + 60_000})
    await images.settle("f1", KEPT)
    assert 0 < client.pttl(own.pictures) <= 60_000


async def test_each_picture_is_told_once_where_that_is_wanted(async_client, client, keys, fence) -> None:
    images, outbox = RedisImages(async_client, keys, fence), Outbox(async_client, keys, "operator")
    assert await images.put("f1", b"packed") is PutPicture.KEPT
    assert await outbox.read() == []
    client.hset(keys.session(fence.session_id).spec, "entries", "picture")
    assert await images.put("f1", b"packed") is PutPicture.KNOWN
    assert await images.put("f2", b"packed") is PutPicture.KEPT
    assert [outgoing.entry for outgoing in await outbox.read()] == [OutboxEntry(kind=EntryKind.PICTURE, body="f2")]

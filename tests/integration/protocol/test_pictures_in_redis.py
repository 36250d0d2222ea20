"""Pictures on their way through Redis: who waits for whom, and what is left when a session goes."""

import asyncio
import random
import time
import uuid
from collections.abc import Awaitable, Callable

import pytest
import redis.asyncio

from bughive_protocol.lease import Fence
from bughive_protocol.outbox import Outbox
from bughive_protocol.outbox_entry import EntryKind, OutboxEntry
from bughive_protocol.picture import Crowded, KeptPicture, PutPicture, page_subject
from bughive_protocol.redis_images import RedisImages, RedisPictures
from bughive_protocol.retirement import Retirement, orphans, retire

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
    assert images._bugs.waits, "the uploads go on, so it is worth while again"


class Sent(redis.asyncio.Redis):
    """A client that counts what it sends of values in bytes."""

    sent = 0

    async def execute_command(self, *args, **options):
        self.sent += sum(len(each) for each in args if isinstance(each, bytes))
        return await super().execute_command(*args, **options)


async def test_a_picture_that_waits_for_room_is_not_sent_all_the_time(redis_url, keys, fence) -> None:
    async with Sent.from_url(redis_url, decode_responses=True, protocol=3) as client:
        images = RedisImages(client, keys, fence, 3000, room_seconds=20)
        assert await images.put("f1", bytes(2000)) is PutPicture.KEPT
        client.sent = 0
        waiting = asyncio.create_task(images.put("f2", bytes(2000)))
        done, _ = await asyncio.wait([waiting], timeout=2)
        assert not done
        await images.settle("f1", KEPT)
        assert await waiting is PutPicture.KEPT
        assert client.sent == 2 * 2000, "once to be refused, and once when there was room"


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


@pytest.fixture
def another(control, leases, order) -> Callable[[], Awaitable[Fence]]:
    """One more session that a worker holds."""

    async def another() -> Fence:
        session_id = str(uuid.uuid4())
        await control.dispatch(order(session_id))
        fence = leases.acquire(session_id, 1, 0, "worker-b").fence
        assert fence is not None
        return fence

    return another


@pytest.fixture
def counted(client, keys) -> Callable[[], dict[str, int]]:
    """What is counted of each session, after it was compared with what there is."""

    def counted() -> dict[str, int]:
        told = {name: int(size) for name, size in client.hgetall(keys.captures).items()}
        total = told.pop("bytes", 0)
        for key in client.scan_iter(match=f"{keys.prefix}:session:*:images"):
            sizes = [client.hstrlen(key, subject) for subject in client.hkeys(key)]
            assert told[keys.session_of(key)] == sum(sizes)
        assert total == sum(told.values())
        assert all(client.exists(keys.session(name).images) for name in told)
        return told

    return counted


async def test_all_sessions_share_a_room_too(async_client, keys, fence, another) -> None:
    def images(of: Fence) -> RedisImages:
        return RedisImages(async_client, keys, of, room_seconds=20, all_bytes=600)

    first, second, third = images(fence), images(await another()), images(await another())
    assert await first.put("f1", bytes(256)) is PutPicture.KEPT
    assert await second.put("f1", bytes(256)) is PutPicture.KEPT
    waiting = asyncio.create_task(third.put("f1", bytes(256)))
    done, _ = await asyncio.wait([waiting], timeout=1)
    assert not done
    await first.settle("f1", KEPT)
    assert await waiting is PutPicture.KEPT
    impatient = RedisImages(async_client, keys, fence, room_seconds=0, all_bytes=600)
    assert await impatient.put("f2", bytes(256)) is PutPicture.FULL


@pytest.mark.parametrize(
    ("bounds", "refusal"),
    [({"max_bytes": 1000}, PutPicture.NO_ROOM), ({"all_bytes": 1000}, PutPicture.FULL)],
    ids=["of the session", "of all sessions"],
)
async def test_pictures_of_pages_leave_room_for_those_of_bugs(async_client, keys, fence, bounds, refusal) -> None:
    images = RedisImages(async_client, keys, fence, room_seconds=1, **bounds)
    first, second = (page_subject(f"http://shop.test/{name}") for name in ("", "cart"))
    assert await images.put(first, bytes(256)) is PutPicture.KEPT
    assert await images.put(second, bytes(256)) is refusal
    assert await images.put("f1", bytes(256)) is PutPicture.KEPT
    before = time.monotonic()
    for _ in range(20):
        assert await images.put(second, bytes(256)) is refusal
    assert time.monotonic() - before < 15, "that a bug's picture found room tells nothing of pages"
    assert await images.put("f2", bytes(256)) is PutPicture.KEPT
    for subject in (first, "f1"):
        await images.settle(subject, KEPT)
    assert await images.put(second, bytes(200)) is PutPicture.KEPT


async def test_a_session_tells_why_its_pictures_find_no_room_until_they_find_some(
    async_client, control, keys, fence, another
) -> None:
    async def crowded() -> Crowded | None:
        (seen,) = await control.observe([fence.session_id])
        return seen.crowded

    other = RedisImages(async_client, keys, await another())
    images = RedisImages(async_client, keys, fence, 300, room_seconds=0, all_bytes=600)
    assert await images.put("f1", bytes(256)) is PutPicture.KEPT
    assert await crowded() is None
    assert await images.put("f2", bytes(256)) is PutPicture.NO_ROOM
    assert await crowded() is Crowded.SESSION
    version = await async_client.get(keys.version)
    assert await images.put("f3", bytes(256)) is PutPicture.NO_ROOM
    assert await async_client.get(keys.version) == version, "what is known is not told again"
    await images.settle("f1", KEPT)
    assert await other.put("f1", bytes(500)) is PutPicture.KEPT
    assert await images.put("f2", bytes(256)) is PutPicture.FULL
    assert await crowded() is Crowded.ALL
    await other.settle("f1", KEPT)
    assert await images.put("f2", bytes(256)) is PutPicture.KEPT
    assert await crowded() is None


@pytest.fixture
async def refused(async_client, keys, fence) -> RedisImages:
    """Pictures of a session one of which waits, and one of which found no room."""
    images = RedisImages(async_client, keys, fence, 300, room_seconds=0)
    assert await images.put("f1", bytes(256)) is PutPicture.KEPT
    assert await images.put("f2", bytes(256)) is PutPicture.NO_ROOM
    return images


async def test_an_upload_ends_what_a_session_tells_of_its_room(async_client, control, keys, fence, refused) -> None:
    version = int(await async_client.get(keys.version))
    await refused.settle("f1", KEPT)
    (seen,) = await control.observe([fence.session_id])
    assert seen.crowded is None, "though it may have nothing more to picture"
    assert int(await async_client.get(keys.version)) == version + 1, "the operator hears of it"
    await refused.settle("f1", KEPT)
    assert int(await async_client.get(keys.version)) == version + 1


@pytest.mark.usefixtures("refused")
async def test_what_a_lost_worker_told_of_its_room_is_not_told_of_the_next(control, fence, order) -> None:
    await control.dispatch(order(fence.session_id, attempt=2))
    (seen,) = await control.observe([fence.session_id])
    assert seen.crowded is None


async def test_a_holder_that_waits_for_room_keeps_its_lease(async_client, keys, control, leases, fence) -> None:
    images = RedisImages(async_client, keys, fence, 300, room_seconds=3)
    assert await images.put("f1", bytes(256)) is PutPicture.KEPT
    waiting = asyncio.create_task(images.put("f2", bytes(256)))
    beats = set()
    while not waiting.done():
        beats.add(leases.beat(fence).value)
        await asyncio.sleep(0.1)
    assert (beats, await waiting) == ({"OK"}, PutPicture.NO_ROOM)
    (seen,) = await control.observe([fence.session_id])
    assert [lease.epoch for lease in seen.leases] == [fence.epoch]


@pytest.fixture(params=["acknowledged", "deleted", "retired"])
def end(request, client, keys, control) -> Callable[[str], Awaitable[None]]:
    """How a session ends."""

    async def end(session_id: str) -> None:
        if request.param == "acknowledged":
            await control.acknowledge(session_id, "failed", "the store is away")
        elif request.param == "deleted":
            await control.delete(session_id)
        else:
            client.zadd(keys.leases, {f"{session_id}/0": 1})
            assert retire(client, keys, session_id, Retirement.GONE, dry_run=False)

    return end


async def test_what_a_session_leaves_behind_takes_no_room(async_client, keys, fence, another, counted, end) -> None:
    images, other = RedisImages(async_client, keys, fence), RedisImages(async_client, keys, await another())
    assert await images.put("f1", bytes(300)) is PutPicture.KEPT
    assert await images.put("f2", bytes(200)) is PutPicture.KEPT
    assert await other.put("f1", bytes(100)) is PutPicture.KEPT
    assert sorted(counted().values()) == [100, 500]
    await end(fence.session_id)
    assert list(counted().values()) == [100]
    await images.settle("f1", KEPT)
    assert list(counted().values()) == [100], "who still uploads one takes nothing from others"


async def test_the_room_of_a_session_whose_keys_ran_out_uncounted_is_found_and_given_back(
    async_client, client, keys, fence, another, counted
) -> None:
    images, other = RedisImages(async_client, keys, fence), RedisImages(async_client, keys, await another())
    assert await images.put("f1", bytes(300)) is PutPicture.KEPT
    assert await other.put("f1", bytes(100)) is PutPicture.KEPT
    client.unlink(*keys.session(fence.session_id).all())  # as an operator of an older version lets them expire
    client.zrem(keys.leases, f"{fence.session_id}/0")
    assert orphans(client, keys) == [fence.session_id]
    assert retire(client, keys, fence.session_id, Retirement.ORPHAN, dry_run=True)
    assert len(client.hkeys(keys.captures)) == 3
    assert retire(client, keys, fence.session_id, Retirement.ORPHAN, dry_run=False)
    assert list(counted().values()) == [100]
    assert orphans(client, keys) == []


async def test_what_is_counted_is_what_waits_whatever_happens(
    async_client, client, keys, control, another, counted
) -> None:
    chance = random.Random(8)
    fences = [await another() for _ in range(4)]
    for _ in range(250):
        fence = chance.choice(fences)
        images = RedisImages(async_client, keys, fence, 900, room_seconds=0, all_bytes=2000)
        subject = f"f{chance.randrange(6)}"
        match chance.randrange(20):
            case 0:
                await control.delete(fence.session_id)
                fences[fences.index(fence)] = await another()
            case 1:
                await control.acknowledge(fence.session_id, "completed", None)
                fences[fences.index(fence)] = await another()
            case 2 | 3 | 4 | 5 | 6:
                await images.settle(subject, chance.choice([KEPT, None]))
            case _:
                await images.put(subject, bytes(chance.randrange(50, 400)))
        assert sum(counted().values()) <= 2000
    for fence in fences:
        await control.delete(fence.session_id)
    assert not client.exists(keys.captures)

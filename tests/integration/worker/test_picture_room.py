"""A crawl whose pictures find no room makes some itself, where nobody uploads what waits."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pytest
import redis.asyncio
from PIL import Image

from bughive_protocol.artifact_settings import ArtifactSettings
from bughive_protocol.artifact_store import ArtifactStore
from bughive_protocol.connections import connect, connect_async
from bughive_protocol.control import DispatchOrder, SessionControl
from bughive_protocol.keys import Keys
from bughive_protocol.lease import Fence, ReleaseReason
from bughive_protocol.lease_store import LeaseStore
from bughive_protocol.picture import Capture, PutPicture
from bughive_protocol.redis_images import RedisImages, RedisPictures
from bughive_worker.runtime.picture_room import PictureRoom


def a_capture() -> bytes:
    file = BytesIO()
    Image.new("RGB", (40, 30), (9, 9, 9)).save(file, "JPEG")
    return Capture(file.getvalue()).pack()


PACKED = a_capture()
ROOM = len(PACKED) * 3 // 2


class HungStore(ArtifactStore):
    """A store that took the request, and never answers."""

    def __init__(self, directory: Path) -> None:
        super().__init__(ArtifactSettings.model_construct(artifact_url=directory.as_uri()), make=True)
        self.asked = asyncio.Event()

    async def put(self, key: str, data: bytes, content_type: str) -> str:
        self.asked.set()
        await asyncio.Event().wait()
        return await super().put(key, data, content_type)


class Deaf(redis.asyncio.Redis):
    """A client whose first command swallows the cancel that it gets, as asyncio.wait_for can before Python 3.12."""

    def __init__(self, **options) -> None:
        super().__init__(**options)
        self.asked = asyncio.Event()

    async def execute_command(self, *args, **options):
        if not self.asked.is_set():
            self.asked.set()
            with suppress(asyncio.CancelledError):
                await asyncio.Event().wait()
        return await super().execute_command(*args, **options)


@pytest.fixture
def keys(key_prefix: str) -> Keys:
    return Keys(key_prefix)


@pytest.fixture
async def client(redis_url: str) -> AsyncIterator[redis.asyncio.Redis]:
    async with connect_async(redis_url) as opened:
        yield opened


@pytest.fixture
def leases(redis_url: str, keys: Keys):
    with connect(redis_url) as opened:
        yield LeaseStore(opened, keys)


@pytest.fixture
def held(client, keys, leases) -> Callable[[str], Awaitable[Fence]]:
    """A session that a worker holds."""

    async def held(session_id: str) -> Fence:
        await SessionControl(client, keys).dispatch(DispatchOrder(session_id, "shop", session_id, 1, 1, "{}"))
        fence = leases.acquire(session_id, 1, 0, "worker").fence
        assert fence is not None
        return fence

    return held


async def until_kept(images: RedisImages, subject: str) -> None:
    """Try again and again, as a crawl does with each further picture."""
    async with asyncio.timeout(30):
        while await images.put(subject, PACKED) is not PutPicture.KEPT:  # noqa: ASYNC110 - there is no event to wait for
            await asyncio.sleep(0.05)


async def test_a_crawl_has_its_room_again_once_the_store_is_back(client, keys, held, tmp_path):
    directory, away = tmp_path / "store", tmp_path / "away"
    room = PictureRoom(client, keys, "one", ArtifactStore.at(directory), pause_seconds=0.1)
    images = RedisImages(client, keys, await held("one"), ROOM, room_seconds=1, on_refusal=room.ask)
    directory.rename(away)
    directory.write_text("in its place")
    async with room.made():
        assert await images.put("f1", PACKED) is PutPicture.KEPT
        assert await images.put("f2", PACKED) is PutPicture.NO_ROOM, "it waits in vain"
        assert await images.pending() == {"f1"}
        directory.unlink()
        away.rename(directory)
        await until_kept(images, "f2")
    kept = await images.kept_of("f1")
    assert kept is not None
    assert (directory / "shop" / "one" / kept.name).stat().st_size == kept.size


async def test_a_session_that_nobody_works_on_holds_no_room_that_others_need(client, keys, held, leases, tmp_path):
    asleep = await held("asleep")
    assert await RedisImages(client, keys, asleep).put("f1", PACKED) is PutPicture.KEPT
    leases.release(asleep, ReleaseReason.SUSPEND)
    room = PictureRoom(client, keys, "one", ArtifactStore.at(tmp_path))
    images = RedisImages(client, keys, await held("one"), all_bytes=ROOM, room_seconds=20, on_refusal=room.ask)
    async with room.made():
        assert await images.put("f1", PACKED) is PutPicture.KEPT
    kept = await RedisPictures(client, keys, "asleep").kept_of("f1")
    assert kept is not None
    assert (tmp_path / "shop" / "asleep" / kept.name).exists()
    assert await client.hgetall(keys.captures) == {"one": str(len(PACKED)), "bytes": str(len(PACKED))}


async def test_of_others_nothing_is_uploaded_while_only_the_sessions_own_room_is_full(client, keys, held, tmp_path):
    other = RedisImages(client, keys, await held("other"))
    assert await other.put("f1", PACKED) is PutPicture.KEPT
    room = PictureRoom(client, keys, "one", ArtifactStore.at(tmp_path))
    images = RedisImages(client, keys, await held("one"), ROOM, room_seconds=20, on_refusal=room.ask)
    async with room.made():
        assert await images.put("f1", PACKED) is PutPicture.KEPT
        assert await images.put("f2", PACKED) is PutPicture.KEPT
    assert await other.pending() == {"f1"}


async def test_a_crawl_that_ends_does_not_wait_for_a_store_that_does_not_answer(client, keys, held, tmp_path):
    store = HungStore(tmp_path)
    room = PictureRoom(client, keys, "one", store)
    images = RedisImages(client, keys, await held("one"), ROOM, room_seconds=0, on_refusal=room.ask)
    async with room.made():
        assert await images.put("f1", PACKED) is PutPicture.KEPT
        assert await images.put("f2", PACKED) is PutPicture.NO_ROOM
        await asyncio.wait_for(store.asked.wait(), 20)
        before = time.monotonic()
    assert time.monotonic() - before < 2
    assert await images.pending() == {"f1"}, "what was not uploaded waits on"


async def test_a_crawl_ends_though_a_cancel_is_lost(redis_url, keys, tmp_path):
    async with Deaf.from_url(redis_url, decode_responses=True, protocol=3) as client:
        room = PictureRoom(client, keys, "one", ArtifactStore.at(tmp_path), pause_seconds=0)
        async with asyncio.timeout(20), room.made():
            room.ask(PutPicture.NO_ROOM)
            await client.asked.wait()

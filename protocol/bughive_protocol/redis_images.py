"""Pictures in Redis, from their capture to their upload, and where they are kept then.

All methods raise ``redis.RedisError`` when Redis is away; each may then be called again.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import cast

import redis.asyncio
from redis.client import NEVER_DECODE
from structlog.stdlib import get_logger

from bughive_protocol.keys import Keys
from bughive_protocol.lease import Fence
from bughive_protocol.limits import MAX_IMAGE_BYTES, MAX_PENDING_BYTES
from bughive_protocol.picture import KeptPicture, PutPicture, shows_page
from bughive_protocol.scripts import run_async, script

ROOM_SECONDS = 10.0
"""How long a crawl waits for the upload of earlier pictures; less than a worker has to hand its sessions over."""
PAGES_SHARE = 2
"""Captures of pages fill no more than one part in so many of either room: those of bugs are fewer, and worth more."""
_ASK_SECONDS = 0.25
_ANSWERS = {1: PutPicture.KEPT, 0: PutPicture.KNOWN, -1: PutPicture.NO_ROOM, -2: PutPicture.FULL}
_REFUSALS = (PutPicture.NO_ROOM, PutPicture.FULL)
OnRefusal = Callable[[PutPicture], None]
"""Called with why a capture found no room."""
log = get_logger(__name__)


class RedisPictures:
    """``Pictures`` in Redis. Who uploads needs no lease: what it does may be done twice."""

    def __init__(self, client: redis.asyncio.Redis, keys: Keys, session_id: str) -> None:
        self._client = client
        self._keys = keys
        self._session_id = session_id
        self._own = keys.session(session_id)

    async def get(self, subject: str) -> bytes | None:
        """See ``Pictures.get``."""
        command = ("HGET", self._own.images, subject)
        stored: bytes | None = await self._client.execute_command(*command, **{NEVER_DECODE: True})  # type: ignore[no-untyped-call] # redis-py has no typed call for bytes
        return stored

    async def pending(self) -> frozenset[str]:
        """See ``Pictures.pending``."""
        return frozenset(cast("list[str]", await self._client.hkeys(self._own.images)))

    async def kept(self) -> Mapping[str, KeptPicture]:
        """See ``Pictures.kept``."""
        stored = cast("dict[str, str]", await self._client.hgetall(self._own.pictures))
        return {name: KeptPicture.model_validate_json(text) for name, text in stored.items()}

    async def kept_of(self, subject: str) -> KeptPicture | None:
        """The picture of one finding or page, if it is uploaded."""
        stored = cast("str | None", await self._client.hget(self._own.pictures, subject))
        return KeptPicture.model_validate_json(stored) if stored else None

    async def settle(self, subject: str, kept: KeptPicture | None) -> None:
        """See ``Pictures.settle``."""
        told = kept.model_dump_json() if kept else ""
        await run_async(self._client, script("settle_picture"), self._keys, self._session_id, subject, told)


class RedisImages(RedisPictures):
    """``Images`` in Redis, as the holder of one shard's lease sees them; they go with the session's other keys."""

    def __init__(  # noqa: PLR0913 - bounds, and who hears of them: all but three are optional
        self,
        client: redis.asyncio.Redis,
        keys: Keys,
        fence: Fence,
        max_bytes: int = MAX_IMAGE_BYTES,
        room_seconds: float = ROOM_SECONDS,
        *,
        all_bytes: int = MAX_PENDING_BYTES,
        on_refusal: OnRefusal = lambda _: None,
    ) -> None:
        """Bound what waits for its upload.

        Args:
            client: the connection.
            keys: the installation's.
            fence: the right to write.
            max_bytes: how much room this session's captures may take.
            room_seconds: how long one capture waits for room.
            all_bytes: how much room the captures of all sessions may take together.
            on_refusal: told when a capture finds no room, before it waits for some.
        """
        super().__init__(client, keys, fence.session_id)
        self._fence = fence
        self._bugs = _Room(max_bytes, all_bytes)
        self._pages = _Room(max_bytes // PAGES_SHARE, all_bytes // PAGES_SHARE)
        self._room_seconds = room_seconds
        self._on_refusal = on_refusal

    async def put(self, subject: str, packed: bytes) -> PutPicture:
        """See ``Images.put``. Once it has waited in vain, it does not wait again until there was room."""
        room = self._pages if shows_page(subject) else self._bugs
        latest = time.monotonic() + (self._room_seconds if room.waits else 0)
        while (answer := await self._put(subject, packed, room)) in _REFUSALS:
            self._on_refusal(answer)
            if not await self._is_room(len(packed), room, latest):
                if room.waits:
                    log.warning("pictures are left out until others are uploaded", because=answer.value)
                room.waits = False
                return answer
        room.waits = True
        return answer

    async def _is_room(self, size: int, room: "_Room", latest: float) -> bool:
        """Wait until so many bytes seem to find room, without sending them; False: they did not by ``latest``."""
        while time.monotonic() < latest:
            await asyncio.sleep(_ASK_SECONDS)
            counted = await self._client.hmget(self._keys.captures, self._session_id, "bytes")
            own, everyone = (int(count or 0) for count in counted)
            if own + size <= room.own_bytes and everyone + size <= room.all_bytes:
                return True
        return False

    async def _put(self, subject: str, packed: bytes, room: "_Room") -> PutPicture:
        fence = self._fence
        arguments = (fence.shard, fence.token, subject, packed, room.own_bytes, room.all_bytes)
        answer = await run_async(self._client, script("put_image"), self._keys, fence.session_id, *arguments)
        return _ANSWERS[int(answer)]


@dataclass
class _Room:
    """How much may wait for its upload where one more capture of a kind is to find room."""

    own_bytes: int
    """Of the session."""
    all_bytes: int
    """Of all sessions."""
    waits: bool = True
    """Whether it is worth while to wait for room."""

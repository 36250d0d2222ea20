"""Makes room for a crawl's pictures: its own worker uploads what waits, once that is in the way of new captures.

Uploads are the queue media's. But a task of it is sent once, and may be lost for good, as where the store was away for
longer than it is tried again: then nobody else would upload the capture before its session ends.
"""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

import redis.asyncio
import structlog

from bughive_protocol.artifact_names import report_folder
from bughive_protocol.artifact_store import ArtifactStore
from bughive_protocol.errors import ArtifactStoreUnavailable
from bughive_protocol.keys import Keys
from bughive_protocol.picture import PutPicture
from bughive_protocol.redis_images import RedisPictures
from bughive_worker.report.pictures import keep_waiting

ROUND_SECONDS = 30.0
"""How long one go at it may take; what is left waits for the next refusal."""
PAUSE_SECONDS = 5.0
"""Between two rounds, so that the crawl has the processor, and a store that is away is not asked all the time."""
_CANCEL_SECONDS = 0.1

log = structlog.get_logger(__name__)


class PictureRoom:
    """The room for one turn's pictures. Nobody waits for it, and whatever it does may be done twice."""

    def __init__(
        self,
        client: redis.asyncio.Redis,
        keys: Keys,
        session_id: str,
        store: ArtifactStore,
        pause_seconds: float = PAUSE_SECONDS,
    ) -> None:
        self._client = client
        self._keys = keys
        self._session_id = session_id
        self._store = store
        self._pause_seconds = pause_seconds
        self._refused = asyncio.Event()
        self._full = False

    def ask(self, refusal: PutPicture) -> None:
        """A capture found no room: what waits is uploaded, soon. Where all sessions' room is full, of any session."""
        self._full |= refusal is PutPicture.FULL
        self._refused.set()

    @asynccontextmanager
    async def made(self) -> AsyncIterator[None]:
        """Make room where it is asked for, until this is left; then at once no more."""
        making = asyncio.ensure_future(self._make())
        try:
            yield
        finally:
            while not making.done():
                # Once may not do: redis-py sends within asyncio.wait_for, which swallows some before Python 3.12.
                making.cancel()
                await asyncio.wait((making,), timeout=_CANCEL_SECONDS)

    async def _make(self) -> None:
        while True:
            await self._refused.wait()
            self._refused.clear()
            try:
                async with asyncio.timeout(ROUND_SECONDS):
                    await self._upload()
            except TimeoutError:
                log.info("not all pictures that wait were uploaded yet", seconds=ROUND_SECONDS)
            except (ArtifactStoreUnavailable, redis.RedisError) as error:
                log.warning("no room could be made for pictures", error=str(error))
            await asyncio.sleep(self._pause_seconds)

    async def _upload(self) -> None:
        sessions = [self._session_id]
        if self._full:
            self._full = False
            # One that is suspended, or waits for its next slice, has nobody else to do it.
            held = cast("list[str]", await self._client.hkeys(self._keys.captures))
            others = [session_id for session_id in held if session_id not in (self._session_id, "bytes")]
            random.shuffle(others)
            sessions += others
        for session_id in sessions:
            namespace = cast("str | None", await self._client.hget(self._keys.session(session_id).spec, "namespace"))
            if namespace is not None:
                pictures = RedisPictures(self._client, self._keys, session_id)
                await keep_waiting(pictures, report_folder(namespace, session_id), self._store, at_once=1)

"""What sessions saw of pages, kept in Redis for later ones."""

import redis.asyncio
from redis.client import NEVER_DECODE
from redis.exceptions import RedisError
from structlog.stdlib import get_logger

from bughive_protocol.keys import Keys
from bughive_protocol.limits import MAX_SEEN_BYTES, MAX_SEEN_PAGE_BYTES
from bughive_protocol.scripts import run_async, script

log = get_logger(__name__)


class RedisSeenPages:
    """``SeenPages`` in Redis. While that is away or full, nothing is kept and nothing known: no page fails for it."""

    def __init__(self, client: redis.asyncio.Redis, keys: Keys, max_bytes: int = MAX_SEEN_BYTES) -> None:
        self._client = client
        self._keys = keys
        self._max_bytes = max_bytes

    async def get(self, name: str) -> bytes | None:
        """See ``SeenPages.get``."""
        command = ("HGET", self._keys.seen_pages, name)
        try:
            stored: bytes | None = await self._client.execute_command(*command, **{NEVER_DECODE: True})  # type: ignore[no-untyped-call] # redis-py has no typed call for bytes
        except RedisError as error:
            log.debug("what was seen of a page cannot be read", error=str(error))
            return None
        return stored

    async def put(self, name: str, seen: bytes, seconds: float) -> None:
        """See ``SeenPages.put``."""
        if len(seen) > MAX_SEEN_PAGE_BYTES or seconds <= 0:
            return
        arguments = (name, seen, round(seconds * 1000), self._max_bytes)
        try:
            await run_async(self._client, script("keep_seen_page"), self._keys, "", *arguments)
        except RedisError as error:
            log.debug("what was seen of a page was not kept", error=str(error))

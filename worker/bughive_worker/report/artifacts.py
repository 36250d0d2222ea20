"""The artifact store: where reports go, as files under ``{namespace}/{session id}/``."""

from urllib.parse import unquote, urlsplit

import obstore
from obstore.store import LocalStore

from bughive_protocol.errors import InvalidSpec


class Artifacts:
    """One store, addressed by URL. For now a directory: ``file:///var/lib/bughive/artifacts``."""

    def __init__(self, url: str) -> None:
        """Raises InvalidSpec where the URL is not of a kind that is supported."""
        parts = urlsplit(url)
        if parts.scheme != "file" or not parts.path.startswith("/"):
            raise InvalidSpec(f"{url!r} is no artifact store: write file:///an/absolute/directory")
        self._base = url.rstrip("/")
        self._store = LocalStore(unquote(parts.path), mkdir=True)

    async def put(self, key: str, data: bytes) -> str:
        """Write one file, replacing an older one. Returns its URL."""
        await obstore.put_async(self._store, key, data)
        return f"{self._base}/{key}"

"""The artifact store: where reports go, as files under ``{namespace}/{session id}/``."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

import obstore
from obstore.store import LocalStore


class Artifacts:
    """One store, addressed by URL. For now a directory: ``file:///var/lib/bughive/artifacts``."""

    def __init__(self, url: str) -> None:
        """Raises ValueError where the URL is not of a kind that is supported."""
        directory = directory_of(url)
        self._base = url.rstrip("/")
        self._store = LocalStore(directory, mkdir=True)

    async def put(self, key: str, data: bytes) -> str:
        """Write one file, replacing an older one. Returns its URL."""
        await obstore.put_async(self._store, key, data)
        return f"{self._base}/{key}"


def directory_of(url: str) -> Path:
    """The directory that an artifact store's URL names. Raises ValueError where it names none."""
    parts = urlsplit(url)
    if parts.scheme != "file" or parts.netloc or not parts.path.startswith("/"):
        raise ValueError("must be file:// and an absolute directory, such as file:///var/lib/bughive/artifacts")
    return Path(unquote(parts.path))

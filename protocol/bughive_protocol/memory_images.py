"""Pictures for one process: nobody uploads them while it crawls, so that nothing is waited for."""

from collections.abc import Mapping

from bughive_protocol.memory_session import MemorySession
from bughive_protocol.picture import KeptPicture, PutPicture

MAX_BYTES = 128 * 1024 * 1024
"""How much room a session's captures may take in memory."""


class MemoryImages:
    """``Images`` in memory."""

    def __init__(self, session: MemorySession, max_bytes: int = MAX_BYTES) -> None:
        self._images = session.images
        self._kept = session.pictures
        self._max_bytes = max_bytes

    async def put(self, subject: str, packed: bytes) -> PutPicture:
        """See ``Images.put``."""
        if subject in self._images or subject in self._kept:
            return PutPicture.KNOWN
        if sum(len(image) for image in self._images.values()) + len(packed) > self._max_bytes:
            return PutPicture.NO_ROOM
        self._images[subject] = packed
        return PutPicture.KEPT

    async def get(self, subject: str) -> bytes | None:
        """See ``Pictures.get``."""
        return self._images.get(subject)

    async def pending(self) -> frozenset[str]:
        """See ``Pictures.pending``."""
        return frozenset(self._images)

    async def kept(self) -> Mapping[str, KeptPicture]:
        """See ``Pictures.kept``."""
        return dict(self._kept)

    async def settle(self, subject: str, kept: KeptPicture | None) -> None:
        """See ``Pictures.settle``."""
        self._images.pop(subject, None)
        if kept is not None:
            self._kept[subject] = kept

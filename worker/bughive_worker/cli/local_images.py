"""Pictures of a crawl without a cluster: where there is no room in memory for one more, those there are kept first."""

from bughive_protocol.artifact_store import ArtifactStore
from bughive_protocol.memory_images import MAX_BYTES, MemoryImages
from bughive_protocol.memory_session import MemorySession
from bughive_protocol.picture import PutPicture
from bughive_worker.report.pictures import keep_all


class LocalImages(MemoryImages):
    """``Images`` of a process that nobody else uploads for: a session of any size loses none."""

    def __init__(self, session: MemorySession, store: ArtifactStore, max_bytes: int = MAX_BYTES) -> None:
        """``store``: where the report goes, without a folder."""
        super().__init__(session, max_bytes)
        self._store = store

    async def put(self, subject: str, packed: bytes) -> PutPicture:
        """See ``Images.put``.

        Raises:
            ArtifactStoreUnavailable: there was no room, and the pictures could not be kept.
        """
        answer = await super().put(subject, packed)
        if answer is PutPicture.NO_ROOM:
            await keep_all(self, "", self._store)
            answer = await super().put(subject, packed)
        return answer

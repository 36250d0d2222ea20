"""What the task for pictures does, in a child's loop: the capture from Redis, its picture into the artifact store."""

import asyncio
from typing import cast

import structlog

from bughive_protocol.artifact_names import report_folder
from bughive_protocol.errors import ArtifactStoreUnavailable
from bughive_protocol.redis_images import RedisPictures
from bughive_worker.report.pictures import keep_picture
from bughive_worker.runtime.child import Child

UPLOAD_SECONDS = 60.0
"""How long one try may take, before the task's own limit ends it for good."""

log = structlog.get_logger(__name__)


class PictureWork:
    """Uploads pictures for one child. Made in the parent."""

    def __init__(self, child: Child) -> None:
        self._child = child

    async def upload(self, session_id: str, subject: str) -> str | None:
        """Upload the picture of one finding or page. Returns its name; None: there is none to upload, or not any more.

        Raises:
            PictureUnreadable: the capture holds no picture.
            ArtifactStoreUnavailable: the picture could not be kept.
            redis.RedisError: Redis is away.
        """
        child = self._child
        namespace = cast("str | None", await child.redis.hget(child.keys.session(session_id).spec, "namespace"))
        if namespace is None:
            log.info("no picture is uploaded: the session is forgotten", session_id=session_id)
            return None
        pictures = RedisPictures(child.redis, child.keys, session_id)
        try:
            async with asyncio.timeout(UPLOAD_SECONDS):
                kept = await keep_picture(pictures, subject, report_folder(namespace, session_id), child.artifacts)
        except TimeoutError as error:
            raise ArtifactStoreUnavailable(
                f"the artifact store took longer than {UPLOAD_SECONDS:g} s for a picture. Look at how busy it is."
            ) from error
        return kept.name if kept else None

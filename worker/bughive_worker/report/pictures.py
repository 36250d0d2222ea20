"""Brings pictures from where they wait into the artifact store: the same picture, whoever does it and however often."""

import asyncio
import random
from collections.abc import Iterable, Mapping

from structlog.stdlib import get_logger

from bughive_protocol.artifact_names import PICTURE_TYPE, picture_name
from bughive_protocol.artifact_store import ArtifactStore
from bughive_protocol.errors import PictureUnreadable
from bughive_protocol.picture import Capture, KeptPicture, shows_page
from bughive_protocol.stores import Pictures
from bughive_worker.report.annotate import Annotated, annotate

AT_ONCE = 4
log = get_logger(__name__)


async def keep_picture(pictures: Pictures, subject: str, folder: str, store: ArtifactStore) -> KeptPicture | None:
    """Annotate, upload and record the picture of one finding or page, and let go of its capture.

    Args:
        pictures: the session's.
        subject: what it shows, see ``Pictures``.
        folder: where the session's report goes; may be empty.
        store: where pictures are kept.

    Returns:
        None: there is nothing to upload, or not any more.

    Raises:
        PictureUnreadable: the capture holds no picture; it is let go.
        ArtifactStoreUnavailable: the picture could not be kept; its capture is left where it is.
    """
    packed = await pictures.get(subject)
    if packed is None:
        return None
    try:
        picture = await asyncio.to_thread(_annotated, packed)
    except PictureUnreadable:
        await pictures.settle(subject, None)
        raise
    name = picture_name(picture.webp)
    key = below(folder, name)
    url = await store.put(key, picture.webp, PICTURE_TYPE)
    kept = KeptPicture(
        name=name,
        # Of pages there may be ten thousand: with signed links their list would be several times as long.
        url=url if shows_page(subject) else await store.link(key),
        width=picture.width,
        height=picture.height,
        size=len(picture.webp),
    )
    await pictures.settle(subject, kept)
    return kept


async def keep_all(pictures: Pictures, folder: str, store: ArtifactStore) -> Mapping[str, KeptPicture]:
    """Upload what nobody has uploaded yet, so that a report waits for no queue. Returns all pictures, by subject.

    Raises:
        ArtifactStoreUnavailable: a picture could not be kept.
    """
    await keep_waiting(pictures, folder, store)
    return await pictures.kept()


async def keep_waiting(pictures: Pictures, folder: str, store: ArtifactStore, at_once: int = AT_ONCE) -> None:
    """Upload what waits now, ``at_once`` at a time.

    Raises:
        ArtifactStoreUnavailable: a picture could not be kept.
    """

    async def keep(subject: str) -> None:
        try:
            await keep_picture(pictures, subject, folder, store)
        except PictureUnreadable as error:
            log.warning("a picture is left out", subject=subject, reason=str(error))

    waiting = list(await pictures.pending())
    random.shuffle(waiting)  # others may be at it too, and are seldom to do the same one
    for first in range(0, len(waiting), at_once):
        await asyncio.gather(*(keep(subject) for subject in waiting[first : first + at_once]))


async def read_pictures(
    kept: Mapping[str, KeptPicture], wanted: Iterable[str], folder: str, store: ArtifactStore
) -> dict[str, bytes]:
    """The content of the pictures of these subjects, as far as the store still has them.

    Raises:
        ArtifactStoreUnavailable: the store is away.
    """
    read: dict[str, bytes] = {}
    for subject in wanted:
        content = await store.get(below(folder, kept[subject].name))
        if content is not None:
            read[subject] = content
    return read


def below(folder: str, name: str) -> str:
    """A report's file in the store."""
    return f"{folder}/{name}" if folder else name


def _annotated(packed: bytes) -> Annotated:
    return annotate(Capture.unpack(packed))

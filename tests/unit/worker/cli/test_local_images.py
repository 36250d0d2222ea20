"""A crawl without a cluster keeps its pictures, however many there are."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from bughive_protocol.artifact_store import ArtifactStore
from bughive_protocol.errors import ArtifactStoreUnavailable
from bughive_protocol.memory_session import MemorySession
from bughive_protocol.picture import Capture, PutPicture, page_subject
from bughive_worker.cli.local_images import LocalImages
from bughive_worker.report.pictures import keep_all


def a_capture(shade: int) -> bytes:
    file = BytesIO()
    Image.new("RGB", (40, 30), (shade, shade, shade)).save(file, "JPEG")
    return Capture(file.getvalue()).pack()


async def test_where_memory_is_full_pictures_go_into_the_directory_and_none_is_lost(tmp_path: Path) -> None:
    store, memory = ArtifactStore.at(tmp_path), MemorySession()
    captures = {page_subject(f"https://shop.example/{n}"): a_capture(n * 20) for n in range(8)}
    images = LocalImages(memory, store, max_bytes=3 * max(map(len, captures.values())))
    for subject, packed in captures.items():
        assert await images.put(subject, packed) is PutPicture.KEPT
    assert 0 < len(memory.images) <= 3
    assert await images.put(next(iter(captures)), a_capture(0)) is PutPicture.KNOWN
    kept = await keep_all(images, "", store)
    assert kept.keys() == captures.keys()
    assert [await store.get(picture.name) is None for picture in kept.values()] == [False] * len(captures)


async def test_a_picture_that_is_larger_than_the_room_is_left_out(tmp_path: Path) -> None:
    images = LocalImages(MemorySession(), ArtifactStore.at(tmp_path), max_bytes=10)
    assert await images.put("f", a_capture(0)) is PutPicture.NO_ROOM


async def test_a_directory_that_takes_no_more_is_told(tmp_path: Path) -> None:
    store = ArtifactStore.at(tmp_path / "out")
    images = LocalImages(MemorySession(), store, max_bytes=len(a_capture(0)))
    await images.put("f1", a_capture(0))
    (tmp_path / "out").rmdir()
    (tmp_path / "out").write_text("a file in its place")
    with pytest.raises(ArtifactStoreUnavailable, match="out cannot be used"):
        await images.put("f2", a_capture(0))

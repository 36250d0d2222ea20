"""A session that asks for it leaves a report that no retention removes: in a bucket and in a directory alike."""

from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from PIL import Image

from bughive_crds.crawl_session import ArtifactsSpec, CrawlSessionSpec
from bughive_protocol.artifact_names import CONTENT_TYPES, KEPT, is_picture
from bughive_protocol.artifact_store import ArtifactStore
from bughive_protocol.frontier import Counts
from bughive_protocol.live import Live
from bughive_protocol.memory_images import MemoryImages
from bughive_protocol.memory_session import MemorySession
from bughive_protocol.memory_store import MemoryFindings
from bughive_protocol.picture import Capture
from bughive_worker.report.document import SessionName
from bughive_worker.report.finish import Ended, write_report
from bughive_worker.report.retention import remove_old_reports

MONTH = timedelta(days=30)


@pytest.fixture(params=["bucket", "directory"])
def store(request, tmp_path) -> ArtifactStore:
    if request.param == "directory":
        return ArtifactStore.at(tmp_path / "reports")
    return request.getfixturevalue("artifact_server").store()


def a_capture() -> bytes:
    file = BytesIO()
    Image.new("RGB", (40, 30), (9, 9, 9)).save(file, "JPEG")
    return Capture(file.getvalue()).pack()


async def end(store: ArtifactStore, session_id: str, *, keep: bool, folder: str | None = None) -> None:
    """A session with one picture is over."""
    memory = MemorySession()
    images = MemoryImages(memory)
    await images.put("f1", a_capture())
    ended = Ended(
        session=SessionName(id=session_id, namespace="shop", name=session_id),
        spec=CrawlSessionSpec(url="https://shop.example/", artifacts=ArtifactsSpec(keep=keep)),
        folder=f"shop/{session_id}" if folder is None else folder,
        counts=Counts(),
        started_at=None,
        completed_at=datetime.now(UTC),
        site=None,
        history_lock=nullcontext(),
        history_days=0,
        partial=False,
    )
    await write_report(ended, MemoryFindings(memory), images, store)


async def stored(store: ArtifactStore) -> dict[str, set[str]]:
    names: dict[str, set[str]] = {}
    for file, _ in await store.files():
        names.setdefault(file.session_id, set()).add("a picture" if is_picture(file.name) else file.name)
    return names


async def test_a_kept_report_outlives_its_session_with_all_that_belongs_to_it(store) -> None:
    await end(store, "kept", keep=True)
    await end(store, "plain", keep=False)
    whole = {*CONTENT_TYPES, "a picture"}
    assert await stored(store) == {"kept": {*whole, KEPT}, "plain": whole}

    later = datetime.now(UTC) + timedelta(days=9999)
    nobody = Live(later, frozenset())
    assert await remove_old_reports(store, nobody, later, MONTH, dry_run=False) == ("shop/plain",)
    assert await stored(store) == {"kept": {*whole, KEPT}}

    await store.delete([f"shop/kept/{KEPT}"])
    assert await remove_old_reports(store, nobody, later, MONTH, dry_run=False) == ("shop/kept",)
    assert await stored(store) == {}


async def test_a_report_of_ones_own_directory_needs_no_mark(tmp_path) -> None:
    await end(ArtifactStore.at(tmp_path), "here", keep=True, folder="")
    assert {path.name for path in tmp_path.iterdir()} == {*CONTENT_TYPES, "pictures"}

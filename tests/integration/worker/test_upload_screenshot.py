"""Pictures from Redis into a real S3 store, by a real worker of the queue media, whatever the store does."""

import asyncio
import hashlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from fixtures.artifacts import ArtifactServer
from fixtures.faulty_store import BUSY, EXPIRED, FaultyStore, faulty_store
from fixtures.parts import missing
from PIL import Image

from bughive_dev.supervision import Supervision
from bughive_dev.versitygw import is_built
from bughive_protocol.artifact_names import ReportFile
from bughive_protocol.connections import connect_async
from bughive_protocol.dead_letters import DeadLetter, DeadLetters, LetterReason
from bughive_protocol.finding import Box
from bughive_protocol.messages import UPLOAD_SCREENSHOT
from bughive_protocol.picture import Capture, KeptPicture, page_subject
from bughive_protocol.queues import MEDIA
from bughive_protocol.redis_images import RedisPictures
from bughive_worker.report.pictures import keep_all

from .conftest import Lab, Worker

SCRIPT = Path(__file__).with_name("media_worker.py")
SESSION, BUG = "1b4e28ba-2fa1-11d2-883f-0016d3cca427", "3f9c0a77d1e2b854"


def a_capture() -> bytes:
    """One whose picture has some 100 KiB."""
    file = BytesIO()
    Image.effect_noise((800, 600), 60).convert("RGB").save(file, "JPEG", quality=85)
    return Capture(file.getvalue(), (Box(x=100, y=100, width=200, height=50),)).pack()


class Media:
    """A session with a picture, and the worker that uploads it."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.own = lab.keys.session(SESSION)
        self.letters = DeadLetters(lab.client, lab.keys)
        lab.dispatch("pages", SESSION)
        self.put(a_capture())

    def put(self, packed: bytes, subject: str = BUG) -> None:
        client = self.lab.client
        client.hset(self.own.images, subject, packed)
        waiting = sum(client.hstrlen(self.own.images, each) for each in client.hkeys(self.own.images))
        client.hset(self.lab.keys.captures, mapping={SESSION: waiting, "bytes": waiting})

    def start(self, **environment: str) -> None:
        log = self.lab.health_file.with_name(f"media-{len(self.lab.workers)}.log")
        arguments = ["--queues", MEDIA.name, "--concurrency", "2"]
        self.lab.workers.append(Worker(arguments, self.lab.environment(**environment), log, SCRIPT))

    def send(self, session_id: str = SESSION, fingerprint: str = BUG) -> str:
        return self.lab.app.send_task(UPLOAD_SCREENSHOT, (session_id, fingerprint)).id

    def kept(self) -> KeptPicture | None:
        stored = self.lab.client.hget(self.own.pictures, BUG)
        return KeptPicture.model_validate_json(stored) if stored else None

    def wait_kept(self) -> KeptPicture:
        self.lab.wait("the picture is kept", self.kept)
        kept = self.kept()
        assert kept is not None
        assert not self.lab.client.hexists(self.own.images, BUG), "its bytes are let go"
        assert not self.lab.client.exists(self.lab.keys.captures), "nothing is counted any more"
        return kept

    def letter(self) -> DeadLetter:
        self.lab.wait("a dead letter", self.letters.count, 60)
        (filed,) = self.letters.all()
        return filed.letter

    def given_up(self, task: str) -> str:
        """Why the task is not tried again; it leaves no dead letter, as the end of the session sees to the picture."""
        result = self.lab.app.AsyncResult(task)
        self.lab.wait("the task is given up", lambda: result.state == "FAILURE", 60)
        assert self.letters.count() == 0
        return str(result.result)

    def waits_still(self) -> bool:
        return bool(self.lab.client.hexists(self.own.images, BUG)) and self.kept() is None

    def finisher_keeps(self, server: ArtifactServer) -> KeptPicture:
        """What the end of the session does, with no worker of the queue."""

        async def keep() -> KeptPicture:
            client = connect_async(self.lab.redis_url)
            try:
                pictures = RedisPictures(client, self.lab.keys, SESSION)
                return (await keep_all(pictures, f"shop/{SESSION}", server.store()))[BUG]
            finally:
                await client.aclose()

        return asyncio.run(keep())


def content(server: ArtifactServer, kept: KeptPicture) -> bytes:
    """What the store has under the picture's name, which is of its content."""
    webp = asyncio.run(server.store().get(f"shop/{SESSION}/{kept.name}"))
    assert webp is not None
    assert kept.name == f"pictures/{hashlib.sha256(webp).hexdigest()}.webp"
    assert len(webp) == kept.size
    with Image.open(BytesIO(webp)) as image:
        assert (image.format, image.size) == ("WEBP", (kept.width, kept.height))
    return webp


@pytest.fixture
def media(lab) -> Media:
    return Media(lab)


@pytest.fixture
def through(artifact_server, media) -> Callable[[], FaultyStore]:
    """Start the worker with a front before its store."""
    asyncio.run(artifact_server.store().check())
    with faulty_store(artifact_server.endpoint) as (endpoint, faults):
        media.start(**{**artifact_server.environment, "AWS_ENDPOINT_URL": endpoint})
        yield faults


def test_a_picture_is_uploaded_once_however_often_it_is_asked_for(media, artifact_server):
    media.start(**artifact_server.environment)
    tasks = [media.send() for _ in range(4)]
    kept = media.wait_kept()
    assert kept.url == f"s3://bughive/reports/shop/{SESSION}/{kept.name}"
    content(artifact_server, kept)
    assert {media.lab.result(task) for task in tasks} <= {kept.name, None}
    assert media.lab.result(media.send()) is None
    files = [file for file, _ in asyncio.run(artifact_server.store().files())]
    assert files == [ReportFile("shop", SESSION, kept.name)]
    assert media.letters.count() == 0


def test_links_are_signed_where_that_is_wanted(media, artifact_server):
    media.start(**artifact_server.environment, BUGHIVE_ARTIFACT_LINK_HOURS="24")
    media.send()
    kept = media.wait_kept()
    assert kept.url.startswith(f"{artifact_server.endpoint}/bughive/reports/shop/{SESSION}/{kept.name}?")


def test_of_a_session_that_is_forgotten_and_a_bug_without_a_picture_there_is_nothing_to_do(media, artifact_server):
    media.start(**artifact_server.environment)
    assert media.lab.result(media.send("forgotten")) is None
    assert media.lab.result(media.send(fingerprint="none")) is None
    assert media.letters.count() == 0
    assert media.waits_still()


def test_a_store_that_is_busy_for_a_while_gets_it_in_the_end(media, artifact_server, through):
    through.fail(BUSY, times=2)
    media.send()
    content(artifact_server, media.wait_kept())
    assert through.seen > 2
    assert media.letters.count() == 0


def test_of_a_store_that_stays_busy_the_end_of_the_session_uploads(media, artifact_server, through):
    through.fail(BUSY)
    error = media.given_up(media.send())
    assert "AWS_ENDPOINT_URL" in error
    assert "SlowDown" in error
    assert through.seen > MEDIA.retries
    assert media.waits_still()
    content(artifact_server, media.finisher_keeps(artifact_server))
    media.wait_kept()


def test_a_slow_store_is_waited_for(media, artifact_server, through):
    through.held.clear()
    task = media.send()
    media.lab.wait("the upload is on its way", lambda: through.seen)
    assert media.waits_still()
    through.held.set()
    content(artifact_server, media.wait_kept())
    assert media.lab.result(task) == media.kept().name
    assert media.letters.count() == 0


def test_expired_credentials_are_told_by_their_settings(media, artifact_server, through):
    through.fail(EXPIRED)
    error = media.given_up(media.send())
    assert "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY" in error
    assert "expired" in error
    assert artifact_server.environment["AWS_SECRET_ACCESS_KEY"] not in error
    assert media.waits_still()


def test_a_full_disk_loses_nothing(media, tmp_path):
    if not is_built():
        missing("the artifact store is not built: run `make artifact-store` (a minute, once)")
    with Supervision(tmp_path / "full") as supervision:
        server = ArtifactServer(supervision, max_file_bytes=8192)
        server.start()
        asyncio.run(server.store().check())
        media.start(**server.environment)
        assert "AWS_ENDPOINT_URL" in media.given_up(media.send())
        assert media.waits_still()
        assert asyncio.run(server.store().files()) == [], "half a picture is none"


def test_a_directory_that_is_not_mounted_here_is_told_and_not_made(media, tmp_path):
    directory = tmp_path / "not-mounted"
    media.start(BUGHIVE_ARTIFACT_URL=directory.as_uri())
    error = media.given_up(media.send())
    assert f"BUGHIVE_ARTIFACT_URL: there is no directory {directory} here. Mount the volume here too" in error
    assert not directory.exists()
    assert media.waits_still()


def test_a_whole_pages_picture_goes_the_same_way(media, artifact_server):
    subject = page_subject("http://shop.test/cart")
    media.put(a_capture(), subject)
    media.start(**artifact_server.environment)
    name = media.lab.result(media.send(fingerprint=subject))
    assert KeptPicture.model_validate_json(media.lab.client.hget(media.own.pictures, subject)).name == name
    assert asyncio.run(artifact_server.store().get(f"shop/{SESSION}/{name}"))
    assert media.waits_still(), "that of the bug is another's task"
    assert media.letters.count() == 0


def test_what_is_no_picture_is_told_at_once_and_let_go(media, artifact_server):
    media.put(Capture(b"no picture").pack())
    media.start(**artifact_server.environment)
    media.send()
    letter = media.letter()
    assert (letter.reason, letter.tries) == (LetterReason.PERMANENT_ERROR, 1)
    assert not media.lab.client.hexists(media.own.images, BUG)
    assert media.kept() is None

"""What the nightly cleanup removes, what it leaves, and that two of them do each other no harm."""

import asyncio
import json
import os
import subprocess
import sys
import uuid
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from bughive_protocol.artifact_names import KEPT, report_folder
from bughive_protocol.artifact_settings import ArtifactSettings
from bughive_protocol.artifact_store import ArtifactStore
from bughive_protocol.dead_letters import DeadLetter, DeadLetters, LetterReason
from bughive_protocol.lease_store import LeaseStore

HOUR_MS = 3_600_000
NONE = {"session": 0, "orphan": 0, "deadLetter": 0, "report": 0, "history": 0}


def begin(lab, *arguments: str, **environment: str) -> subprocess.Popen[str]:
    entry = "from bughive_worker.cli.main import main; main()"
    return subprocess.Popen(
        [sys.executable, "-c", entry, "cleanup", *arguments],
        env=lab.environment(**environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def result(process: subprocess.Popen[str]) -> dict:
    out, error = process.communicate(timeout=60)
    assert process.returncode == 0, error
    return json.loads(out)


def clean(lab, *arguments: str, **environment: str) -> dict:
    return result(begin(lab, *arguments, **environment))


def stored(lab, session_id: str) -> bool:
    return bool(lab.client.exists(*lab.keys.session(session_id).all()))


def made_ago(lab, hours: float, *session_ids: str) -> None:
    now = lab.client.time()[0] * 1000
    lab.client.zadd(lab.keys.sessions, dict.fromkeys(session_ids, now - hours * HOUR_MS))


def published_ago(lab, hours: float, *session_ids: str) -> None:
    lab.control(lambda control: control.publish_live(session_ids))
    lab.client.hset(lab.keys.live, "at", lab.client.time()[0] * 1000 - hours * HOUR_MS)


def test_each_kind_goes_and_the_rest_stays(lab) -> None:
    live, gone, over = (lab.dispatch("noop") for _ in range(3))
    made_ago(lab, 48, live, gone, over)
    lab.control(lambda control: control.acknowledge(over, "completed", None))
    lab.client.hset(lab.keys.session(over).state, "completed_at", lab.client.time()[0] * 1000 - 30 * HOUR_MS)
    published_ago(lab, 1, live, over)
    orphan = str(uuid.uuid4())
    lab.client.zadd(lab.keys.session(orphan).pending, {"http://a/": 1})
    lab.client.hset(lab.keys.session(orphan).images, "f", b"jpeg")
    letters = DeadLetters(lab.client, lab.keys)
    letter = DeadLetter(task="t", task_id="a", queue="default", reason=LetterReason.OUT_OF_TRIES, error="e")
    old_id = f"{lab.client.time()[0] * 1000 - 15 * 24 * HOUR_MS}-0"
    lab.client.xadd(lab.keys.dead_letters, {"task_id": "old", "letter": letter.model_dump_json()}, id=old_id)
    young_id = letters.bury(letter)

    said = clean(lab, "--dry-run")
    wanted = {**NONE, "session": 2, "orphan": 1, "deadLetter": 1}
    assert said["removed"] == wanted
    assert {each["name"] for each in said["names"]} == {gone, over, orphan, old_id}
    assert all(stored(lab, each) for each in (live, gone, over, orphan))

    assert clean(lab)["removed"] == wanted
    assert stored(lab, live)
    assert not any(stored(lab, each) for each in (gone, over, orphan))
    assert [filed.id for filed in letters.all()] == [young_id]
    assert clean(lab)["removed"] == NONE


def test_an_old_report_whose_session_is_gone_goes_unless_it_is_to_be_kept(lab) -> None:
    url = lab.environment()["BUGHIVE_ARTIFACT_URL"]
    store = ArtifactStore(ArtifactSettings.model_construct(artifact_url=url), make=True)
    there, gone, kept = (str(uuid.uuid4()) for _ in range(3))
    for session_id in (there, gone, kept):
        for name in ("report.html", *([KEPT] if session_id == kept else [])):
            asyncio.run(store.put(f"{report_folder('shop', session_id)}/{name}", b"x", ""))
    for path in Path(unquote(urlsplit(url).path)).rglob("*"):
        if path.is_file():
            os.utime(path, (path.stat().st_mtime - 40 * 86_400,) * 2)
    published_ago(lab, 0, there)

    assert [each["name"] for each in clean(lab, "--dry-run")["names"]] == [report_folder("shop", gone)]
    assert clean(lab)["removed"] == {**NONE, "report": 1}
    left = {file.session_id for file, _ in asyncio.run(store.files())}
    assert left == {there, kept}
    asyncio.run(store.delete([f"{report_folder('shop', kept)}/{KEPT}"]))
    assert clean(lab)["removed"] == {**NONE, "report": 1}
    assert {file.session_id for file, _ in asyncio.run(store.files())} == {there}


def test_a_session_that_a_worker_holds_stays_though_it_seems_gone(lab) -> None:
    held = lab.dispatch("noop")
    leases = LeaseStore(lab.client, lab.keys)
    fence = leases.acquire(held, 1, 0, "w").fence
    made_ago(lab, 48, held)
    published_ago(lab, 1)
    lab.client.delete(lab.keys.session(held).digest)
    assert clean(lab)["removed"] == NONE
    assert leases.beat(fence).value == "OK"


@pytest.mark.parametrize("published", [72.0, None], ids=["days ago", "never"])
def test_what_came_after_the_operators_last_word_stays(lab, published) -> None:
    after = lab.dispatch("noop")
    made_ago(lab, 48, after)
    if published:
        published_ago(lab, published)
    assert clean(lab)["removed"] == NONE
    assert stored(lab, after)


def test_two_at_once_remove_everything_once(lab) -> None:
    gone = [lab.dispatch("noop") for _ in range(40)]
    made_ago(lab, 48, *gone)
    published_ago(lab, 1)
    for _ in range(200):
        lab.client.hset(lab.keys.session(str(uuid.uuid4())).pages, "http://a/", "x")
    both = [begin(lab) for _ in range(2)]
    removed = [result(process)["removed"] for process in both]
    assert sum(each["session"] for each in removed) == 40
    assert sum(each["orphan"] for each in removed) == 200
    assert list(lab.client.scan_iter(match=lab.keys.any_session)) == []

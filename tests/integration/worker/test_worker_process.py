"""The worker as a process: what it does before it forks, what it logs, how it is probed."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path

import psutil
import pytest

from bughive_protocol.artifact_names import CONTENT_TYPES, ReportFile
from bughive_protocol.broker import make_app
from bughive_protocol.connections import CONNECT_TIMEOUT_SECONDS, SOCKET_TIMEOUT_SECONDS
from bughive_protocol.messages import CLEANUP_OLD_SESSIONS, HEALTH, crawl_task_id
from bughive_protocol.queues import CRAWL
from bughive_protocol.settings import RedisSettings
from bughive_worker.runtime.health_file import ailment

SCRIPT = Path(__file__).parents[2] / "programs/scripted_worker.py"


def lines_of(log: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]


def test_the_parent_has_no_thread_for_a_child_would_inherit_its_locks(lab) -> None:
    worker = lab.start_worker()
    session_id = lab.start("noop")
    lab.wait("the verdict", lambda: lab.observe(session_id).verdict)
    assert psutil.Process(worker.pid).num_threads() == 1


def test_every_line_of_a_sessions_work_says_whose_it_is(lab) -> None:
    worker = lab.start_worker()
    session_id = lab.start("broken")
    lab.wait("the release", lambda: lab.observe(session_id).release)
    lab.wait("the last line", lambda: "session left" in worker.log.read_text())
    whose = {
        "session_id": session_id,
        "session": f"shop/s-{session_id[:8]}",
        "task_id": crawl_task_id(session_id, 1, 0),
        "attempt": 1,
    }
    lines = {line["event"]: line for line in lines_of(worker.log)}
    for event in ("session taken", "the crawl speaks", "the attempt failed", "session left"):
        assert {name: lines[event].get(name) for name in whose} == whose, event
    assert lines["the attempt failed"]["exception"][0]["exc_value"] == "a defect"


def test_a_healthy_worker_passes_its_probe_and_a_stuck_one_does_not(lab) -> None:
    worker = lab.start_worker()
    lab.wait("the file", lab.health_file.exists)
    first = lab.health_file.stat().st_mtime
    lab.wait("it is touched again", lambda: lab.health_file.stat().st_mtime > first)
    entry = "from bughive_worker.main import main; main()"
    arguments = ["--check-health", str(lab.health_file), "--max-age"]
    run = [sys.executable, "-c", entry, *arguments]
    assert subprocess.run([*run, "30"], check=False, timeout=30).returncode == 0
    os.kill(worker.pid, signal.SIGSTOP)
    try:
        lab.wait("its age is over the limit", lambda: ailment(lab.health_file, 7))
        stuck = subprocess.run([*run, "7"], capture_output=True, text=True, check=False, timeout=30)
    finally:
        os.kill(worker.pid, signal.SIGCONT)
    assert stuck.returncode == 1
    assert "the worker's loop is stuck" in stuck.stderr


def test_a_wrong_setting_ends_the_start_and_is_named(lab) -> None:
    worker = lab.start_worker(REDIS_URL="amqp://rabbit")
    assert worker.process.wait(30) == 2
    assert "REDIS_URL: " in worker.log.read_text()


def test_an_artifact_directory_that_cannot_be_written_ends_the_start(lab, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    worker = lab.start_worker(BUGHIVE_ARTIFACT_URL=(tmp_path / "file" / "below").as_uri())
    assert worker.process.wait(30) == 1
    assert "BUGHIVE_ARTIFACT_URL: " in worker.log.read_text()


@pytest.mark.parametrize("queue", [None, CRAWL])
def test_every_connection_to_the_broker_has_a_connect_timeout(queue, redis_url: str, key_prefix: str) -> None:
    # Without it an ICMP rejection during connect() leaves a socket that kombu blocks on for ever.
    app = make_app(RedisSettings(redis_url=redis_url, redis_key_prefix=key_prefix), queue)
    with app.connection_for_read() as connection:
        channel = connection.default_channel
        for pool in (channel.pool, channel.async_pool):
            assert pool.connection_kwargs["socket_connect_timeout"] == CONNECT_TIMEOUT_SECONDS
            assert pool.connection_kwargs["socket_timeout"] == SOCKET_TIMEOUT_SECONDS
    assert app.backend.connparams["socket_connect_timeout"] == CONNECT_TIMEOUT_SECONDS
    app.close()


def test_a_child_is_replaced_after_its_share_of_tasks_and_closes_what_it_opened(lab) -> None:
    worker = lab.start_worker()
    first = lab.start("noop")
    lab.wait("the first verdict", lambda: lab.observe(first).verdict)
    child = worker.children()[0]
    for _ in range(CRAWL.max_tasks_per_child):
        lab.send(first)  # copies: dropped, but each is a task
    lab.wait("the first child is gone", lambda: not child.is_running())
    assert lab.client.llen(f"{lab.prefix}:test:closed") == 1
    last = lab.start("noop")
    lab.wait("the verdict of a session on the new child", lambda: lab.observe(last).verdict)


def test_the_health_task_answers_over_the_whole_way(lab) -> None:
    worker = lab.start_worker("default")
    answer = lab.app.send_task(HEALTH).get(timeout=30)
    assert answer["worker"].startswith(f"default.{worker.pid}@")
    assert answer["versions"]["celery"].startswith("5.")
    assert 0 < answer["redis_round_trip_ms"] < 5000
    assert Path(answer["browser"]).is_file()


def test_cleanup_says_what_it_would_remove_and_removes_what_is_gone(lab) -> None:
    lab.start_worker("default")
    kept, gone = lab.dispatch("noop"), lab.dispatch("noop")
    two_hours_ago = (time.time() - 7200) * 1000
    lab.client.zadd(lab.keys.sessions, {kept: two_hours_ago, gone: two_hours_ago})
    lab.control(lambda control: control.publish_live([kept]))
    said = lab.app.send_task(CLEANUP_OLD_SESSIONS, kwargs={"dry_run": True}).get(timeout=30)
    none = {"session": 0, "orphan": 0, "deadLetter": 0, "report": 0, "history": 0}
    names = [{"kind": "session", "name": gone, "because": "its resource is gone"}]
    assert said == {"dry_run": True, "removed": {**none, "session": 1}, "kept": 1, "names": names}
    assert set(lab.control(lambda control: control.stored_sessions())) == {kept, gone}
    done = lab.app.send_task(CLEANUP_OLD_SESSIONS).get(timeout=30)
    assert done == {"dry_run": False, "removed": {**none, "session": 1}, "kept": 1}
    assert set(lab.control(lambda control: control.stored_sessions())) == {kept}


def test_cleanup_removes_reports_from_the_bucket_whose_session_is_gone(lab, artifact_server) -> None:
    store = artifact_server.store()
    kept, gone = lab.dispatch("noop"), str(uuid.uuid4())
    files = [ReportFile("shop", session_id, name) for session_id in (kept, gone) for name in CONTENT_TYPES]

    async def write() -> None:
        for file in files:
            await store.put(file.key, b"x", file.content_type)

    asyncio.run(write())
    week_ago = time.time() - 7 * 86400
    for path in (artifact_server.files / "objects").rglob("report.*"):
        os.utime(path, (week_ago, week_ago))
    lab.start_worker("default", **artifact_server.environment, BUGHIVE_ARTIFACT_RETENTION_DAYS="6")
    lab.control(lambda control: control.publish_live([kept]))
    said = lab.app.send_task(CLEANUP_OLD_SESSIONS, kwargs={"dry_run": True}).get(timeout=30)
    assert [each["name"] for each in said["names"] if each["kind"] == "report"] == [f"shop/{gone}"]
    assert {file for file, _ in asyncio.run(store.files())} == set(files)
    assert lab.app.send_task(CLEANUP_OLD_SESSIONS).get(timeout=30)["removed"]["report"] == 1
    assert {file.session_id for file, _ in asyncio.run(store.files())} == {kept}

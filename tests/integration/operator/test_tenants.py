"""Two namespaces, two queues, two real workers: each does its own namespace's work and no other."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from .conftest import Users

SCRIPT = Path(__file__).parents[2] / "programs/scripted_worker.py"
SITE = "http://script.test"


@pytest.fixture
def start_worker(environment, tmp_path) -> Iterator[Callable[[str], Path]]:
    """Starts a real worker of a queue; returns its log."""
    own = {"BUGHIVE_ARTIFACT_URL": (tmp_path / "artifacts").as_uri()}
    paths = {"PYTHONPATH": os.environ["PYTHONPATH"]} if "PYTHONPATH" in os.environ else {}
    processes: list[subprocess.Popen[bytes]] = []

    def start(queue: str) -> Path:
        path = tmp_path / f"{queue}.log"
        with path.open("wb") as log:
            command = [sys.executable, str(SCRIPT), "--queues", queue, "--concurrency", "1"]
            env = {**environment, **paths, **own}
            processes.append(subprocess.Popen(command, env=env, stdout=log, stderr=log, start_new_session=True))
        return path

    yield start
    for process in processes:
        process.terminate()
    for process in processes:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(20)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


@pytest.fixture
def others(cluster, namespace) -> Iterator[Users]:
    """Users of a second namespace."""
    name = f"{namespace}-b"
    cluster.kubectl("create", "namespace", name)
    yield Users(cluster, name)
    cluster.kubectl("delete", "namespace", name, "--wait=false")


def taken(log: Path) -> set[str]:
    """The sessions that a worker took, as namespace/name."""
    lines = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
    return {line["session"] for line in lines if line["event"] == "session taken"}


async def test_each_queues_worker_gets_its_own_namespaces_sessions(users, others, operators, start_worker):
    await operators.start(
        watch_namespaces=(users.namespace, others.namespace), tenant_queues={users.namespace: "crawl-a"}, max_running=2
    )
    for number in range(3):
        await users.apply(f"own-{number}", url=f"{SITE}/pages", scope={"maxPages": 3})
    waiting = await users.phase("Queued", "own-0")
    assert "queue crawl-a" in waiting["message"]

    # More than maxRunning wait in a queue that nobody serves: the other namespace's go on.
    common = start_worker("crawl")
    for number in range(3):
        await others.apply(f"common-{number}", url=f"{SITE}/pages", scope={"maxPages": 3})
    for number in range(3):
        await others.phase("Completed", f"common-{number}", seconds=60)
    phases = {(await users.status(f"own-{number}"))["phase"] for number in range(3)}
    assert phases == {"Queued", "Pending"}

    own = start_worker("crawl-a")
    for number in range(3):
        await users.phase("Completed", f"own-{number}", seconds=60)
    assert taken(common) == {f"{others.namespace}/common-{number}" for number in range(3)}
    assert taken(own) == {f"{users.namespace}/own-{number}" for number in range(3)}

"""`make dev`: what dies is started again, and SIGTERM stops everything in order."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from bughive_dev.program import Record
from bughive_dev.waiting import wait_until

COMMAND = "import sys; from pathlib import Path; from bughive_dev.run import run; sys.exit(run(Path(sys.argv[1])))"


@pytest.fixture
def state(cluster, tmp_path: Path) -> Path:
    """A checkout's state, with the run's cluster in it."""
    (tmp_path / "cluster").symlink_to(cluster.home)
    return tmp_path


def pid(state: Path, name: str) -> int:
    return Record.read(state / "stack").program(name).process.pid


def test_a_killed_program_is_started_again_and_sigterm_stops_all_in_order(state: Path, namespace: str) -> None:
    shown = state / "shown"
    with shown.open("wb") as sink:
        dev = subprocess.Popen(
            [sys.executable, "-c", COMMAND, str(state)],
            env={**os.environ, "WATCH_NAMESPACES": namespace, "PYTHONUNBUFFERED": "1"},
            stdout=sink,
            stderr=sink,
        )
    try:
        wait_until("everything is ready", lambda: "\nready; " in "\n" + shown.read_text(), 60)
        for name in ("operator", "worker-default"):
            killed = pid(state, name)
            os.kill(killed, signal.SIGKILL)
            wait_until(
                f"{name} is started again", lambda name=name: f"{name} was started again" in shown.read_text(), 20
            )
            assert pid(state, name) != killed
            assert f"{name} was killed by signal 9; it is started again in 1 s" in shown.read_text()
        family = psutil.Process(dev.pid).children(recursive=True)
        dev.send_signal(signal.SIGTERM)
        assert dev.wait(40) == 0
    finally:
        dev.kill()
        dev.wait()
    _, alive = psutil.wait_procs(family, timeout=10)
    assert alive == []
    assert "stopping: the workers hand their sessions over" in shown.read_text()
    record = Record.read(state / "stack")
    codes = {each.name: each.exit_code for each in record.programs}
    assert -signal.SIGKILL not in codes.values(), f"each ends when it is told to: {codes}"

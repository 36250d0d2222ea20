"""Redis behind a Service that has no endpoint yet: the window in which a worker's first packet is refused.

kube-proxy answers it by an ICMP error, and opens the port a moment later; the kernel's second try connects, and the
error stays with the connection. Celery's own defaults then wait for ever on a healthy connection. Here the same is
done by iptables in a network namespace of its own.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from fixtures.parts import missing

from bughive_dev.waiting import wait_until

PORT = "6379"
ASK = """
import sys
from bughive_protocol.broker import make_app
from bughive_protocol.messages import HEALTH
from bughive_protocol.settings import RedisSettings
app = make_app(RedisSettings())
print(app.send_task(HEALTH).get(timeout=float(sys.argv[1]))["worker"])
"""
CLIENTS = {
    "broker": """
from bughive_protocol.broker import make_app
from bughive_protocol.settings import RedisSettings
with make_app(RedisSettings()).connection_for_read() as connection:
    connection.ensure_connection(max_retries=5)
    connection.default_channel.client.ping()
    look()
""",
    "results": """
from bughive_protocol.broker import make_app
from bughive_protocol.settings import RedisSettings
backend = make_app(RedisSettings()).backend
again(backend.client.ping)
look()
""",
    "sessions": """
import os
from bughive_protocol.connections import connect
with connect(os.environ["REDIS_URL"]) as client:
    again(client.ping)
    look()
""",
}
LOOK = """
import os, select
def look():
    poll = select.poll()
    for fd in os.listdir("/proc/self/fd"):
        if os.path.exists(f"/proc/self/fd/{fd}") and os.readlink(f"/proc/self/fd/{fd}").startswith("socket:"):
            poll.register(int(fd), 0)
    print("poisoned" if any(events & select.POLLERR for _, events in poll.poll(0)) else "clean")
def again(call):
    from redis.exceptions import RedisError
    for _ in range(20):
        try:
            return call()
        except RedisError:
            pass
"""
TASK_SECONDS = 60
pytestmark = pytest.mark.timeout(180)


class Island:
    """A network of its own with one Redis on it, and workers."""

    def __init__(self, name: str, home: Path) -> None:
        self._enter = ["nsenter", f"--net=/run/netns/{name}"]
        self._home = home
        self._env = {
            **{key: os.environ[key] for key in ("PATH", "HOME")},
            "REDIS_URL": f"redis://127.0.0.1:{PORT}/0",
            "BUGHIVE_ARTIFACT_URL": f"file://{home}",
            "LOG_FORMAT": "json",
        }
        self._processes: list[subprocess.Popen[bytes]] = []

    def run(self, *command: str) -> str:
        done = subprocess.run([*self._enter, *command], env=self._env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def begin(self, log: str, *command: str) -> subprocess.Popen[bytes]:
        with (self._home / log).open("wb") as output:
            process = subprocess.Popen(
                [*self._enter, *command], env=self._env, stdout=output, stderr=output, start_new_session=True
            )
        self._processes.append(process)
        return process

    def start_redis(self) -> subprocess.Popen[bytes]:
        redis = self.begin("redis.log", "redis-server", "--port", PORT, "--save", "", "--dir", str(self._home))
        wait_until("Redis listens", lambda: "Ready to accept" in (self._home / "redis.log").read_text(), 10)
        return redis

    def start_worker(self) -> None:
        entry = "from bughive_worker.main import main; main()"
        self.begin("worker.log", sys.executable, "-c", entry, "--queues", "default", "--concurrency", "1")

    def refuse(self) -> None:
        """Answer whoever wants to connect as kube-proxy does for a Service without endpoints."""
        rule = ("-p", "tcp", "--dport", PORT, "--syn", "-j", "REJECT", "--reject-with", "icmp-port-unreachable")
        self.run("iptables", "-A", "INPUT", *rule)

    def refused(self) -> int:
        rows = self.run("iptables", "-nvxL", "INPUT").splitlines()
        return sum(int(row.split()[0]) for row in rows if "REJECT" in row)

    def open_after_the_next_refusal(self) -> None:
        """Within the second after which the kernel tries again, so that this very connect() succeeds."""
        before = self.refused()
        deadline = time.monotonic() + 60
        while self.refused() == before:
            assert time.monotonic() < deadline, "nobody tried to connect"
        self.run("iptables", "-F", "INPUT")

    def ask(self) -> str:
        """Have the worker do one task; returns its name."""
        return self.run(sys.executable, "-c", ASK, str(TASK_SECONDS))

    def said(self, log: str) -> str:
        return (self._home / log).read_text()

    def end(self) -> None:
        for process in self._processes:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # with a worker's children
            process.wait()


@pytest.fixture
def island(tmp_path: Path) -> Iterator[Island]:
    if os.geteuid() or not all(shutil.which(name) for name in ("ip", "iptables", "nsenter")):
        missing("a network namespace needs root, iproute2 and iptables")
    name = f"bughive-{uuid.uuid4().hex[:8]}"
    subprocess.run(["ip", "netns", "add", name], check=True)
    subprocess.run(["ip", "-n", name, "link", "set", "lo", "up"], check=True)
    island = Island(name, tmp_path)
    try:
        yield island
    finally:
        island.end()
        subprocess.run(["ip", "netns", "del", name], check=True)


@pytest.mark.parametrize("client", CLIENTS)
def test_no_connection_keeps_the_error_of_the_window(island, client):
    """With a connection that does, a worker hangs for ever, or not, as its poller happens to look."""
    island.refuse()
    island.start_redis()
    asking = island.begin("client.log", sys.executable, "-c", LOOK + CLIENTS[client])
    island.open_after_the_next_refusal()

    assert asking.wait(30) == 0
    assert island.said("client.log") == "clean\n"


def test_a_worker_whose_first_connection_meets_the_window_takes_tasks(island):
    island.refuse()
    island.start_redis()
    island.start_worker()
    island.open_after_the_next_refusal()

    assert island.ask().startswith("default.")


def test_a_worker_whose_redis_comes_back_behind_the_window_takes_tasks(island):
    redis = island.start_redis()
    island.start_worker()
    assert island.ask().startswith("default.")
    island.refuse()
    redis.kill()
    redis.wait()
    island.start_redis()
    island.open_after_the_next_refusal()

    assert island.ask().startswith("default.")

"""What it costs when there are 100, 1,000 and 10,000 CrawlSessions.

    .venv/bin/python tests/bench/scale.py [--sizes 100,1000,10000] [--running 500] [--seconds 60]

For each size a fresh API server, Redis and operator. All sessions are applied as fast as the API server takes them; at
most ``--running`` run at once. The workers are one process that speaks the whole protocol and crawls nothing
(worker_crowd.py): browsers would only add noise. At the end all exist still, and the operator is started anew.

- dispatch: from admission to the worker's begin. Admitted is a session when a slot is free: when its creation is
  answered, or, where all slots are taken, when an earlier session ends.
- status lag: from a recorded page to the first status that a watch shows with it.
- patches: those of a session that the API server counts, without those that tell of progress (or of its place in
  line) only. Its report is one write more, and its events up to four.
- restart: from the start of the process until every session has been looked at; and what it wrote meanwhile.

Writes build/bench/scale.json.
"""
# ruff: noqa: T201 - a benchmark prints its table

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import quantiles
from typing import Any
from urllib.request import urlopen

from session_starts import PREFIX, Applied
from status_watch import StatusWatch

from bughive_dev.checkout import CRDS
from bughive_dev.cluster import Cluster, start_cluster
from bughive_dev.ports import free_ports
from bughive_dev.redis_server import RedisServer
from bughive_dev.supervision import Supervision

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
CROWD = Path(__file__).with_name("worker_crowd.py")
RESULT = ROOT / "build" / "bench" / "scale.json"
HANDS = 4
"""Connections that apply at the same time."""
NAMESPACES = tuple(f"scale-{n}" for n in range(10))
PAGES = 10
STARTUP_SECONDS = 120.0
GOALS = {
    "dispatch_p95_s": 2.0,
    "status_lag_p95_s": 15.0,
    "operator_rss_mib": 256.0,
    "patches_per_session": 4.0,
    "restart_settle_s": 60.0,
    "restart_patches": 0.0,
    "lost": 0.0,
    "doubled": 0.0,
}


@dataclass(frozen=True)
class Measured:
    """One size."""

    dispatch_p50_s: float
    dispatch_p95_s: float
    status_lag_p50_s: float
    status_lag_p95_s: float
    operator_rss_mib: float
    """The most that the operator ever held, before and after its restart."""
    operator_cpu_ms: float
    """Per session, until all were over."""
    patches_per_session: float
    progress_per_session: float
    reports_per_session: float
    events_per_session: float
    restart_settle_s: float
    restart_patches: int
    lost: int
    """Sessions that never ended."""
    doubled: int
    """Sessions that were begun more than once."""
    creating_s: float
    running_most: int
    took_s: float

    def missed(self) -> list[str]:
        """The goals that were not met."""
        return [name for name, goal in GOALS.items() if getattr(self, name) > goal]


class Operator:
    """The operator's process, and what it says of itself."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        (port,) = free_ports(1)
        own = {"HEALTH_ENDPOINT": f"http://127.0.0.1:{port}/healthz", "LOG_LEVEL": "WARNING"}
        self._url = f"http://127.0.0.1:{port}/metrics"
        self.began = time.monotonic()
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [BIN / "bughive-operator"], env={**environment, **own}, stdout=output, stderr=output
            )

    def metric(self, name: str) -> float:
        """The sum over all labels that match ``name``; 0 while it does not answer."""
        try:
            with urlopen(self._url, timeout=30) as answer:
                text = answer.read().decode()
        except OSError:
            return 0.0
        found = re.findall(rf"^bughive_operator_{re.escape(name)}(?:\{{.*\}})? (\S+)$", text, re.MULTILINE)
        return sum(float(value) for value in found)

    def peak_mib(self) -> float:
        """The most memory that it ever held."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        return int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0]) / 1024

    def cpu_seconds(self) -> float:
        """The processor time that it took."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(60)


class Bench:
    """One size, from the first session applied to the restarted operator."""

    def __init__(self, cluster: Cluster, environment: dict[str, str], folder: Path, given: argparse.Namespace) -> None:
        self._environment, self._folder, self._given = environment, folder, given
        self._applied = Applied(cluster.kubeconfig, HANDS, NAMESPACES)
        self._watch = StatusWatch(self._applied.client)

    def run(self, size: int) -> Measured:
        began = time.monotonic()
        with self._operator() as operator, self._crowd() as turns:
            wait_until(lambda: operator.metric("leader") == 1, STARTUP_SECONDS)
            self._watch.start()
            writes, before = self._applied.writes(), operator.cpu_seconds()
            created, creating = self._apply(size)
            waves = size / self._given.running + 1
            wait_until(
                lambda: self._watch.finished >= size, STARTUP_SECONDS + creating + 3 * waves * self._given.seconds
            )
            cpu = operator.cpu_seconds() - before
            written = {name: count - writes[name] for name, count in self._applied.writes().items()}
            progress = operator.metric('status_patches_total{kind="progress"}')
            rss = operator.peak_mib()
        self._watch.stop()
        settle, again, rss_again = self._restart(size)
        waits, most = dispatch_waits(created, turns, self._given.running)
        lags = self._lags(turns)
        return Measured(
            **percentiles("dispatch", waits),
            **percentiles("status_lag", lags),
            operator_rss_mib=round(max(rss, rss_again), 1),
            operator_cpu_ms=round(1000 * cpu / size, 1),
            patches_per_session=round((written["status"] - progress) / size, 2),
            progress_per_session=round(progress / size, 2),
            reports_per_session=round(written["reports"] / size, 2),
            events_per_session=round(written["events"] / size, 2),
            restart_settle_s=round(settle, 1),
            restart_patches=again,
            lost=size - self._watch.finished,
            doubled=sum(len(turn["began"]) > 1 for turn in turns.values()),
            creating_s=round(creating, 1),
            running_most=most,
            took_s=round(time.monotonic() - began, 1),
        )

    def _apply(self, size: int) -> tuple[dict[str, float], float]:
        began = time.monotonic()
        with ThreadPoolExecutor(HANDS) as hands:
            created = dict(hands.map(lambda _: (self._applied.start(), time.time()), range(size)))
        return created, time.monotonic() - began

    def _restart(self, size: int) -> tuple[float, int, float]:
        """How long the operator takes to have looked at all, what it wrote, and what it held, in MiB."""
        before = self._applied.writes()
        with self._operator() as operator:

            def settled() -> bool:
                looked = operator.metric("reconcile_duration_seconds_count")
                return looked >= size and operator.metric("queue_length") == 0

            wait_until(settled, STARTUP_SECONDS + size / 10)
            seconds = time.monotonic() - operator.began
            after = self._applied.writes()
            return seconds, sum(after.values()) - sum(before.values()), operator.peak_mib()

    def _lags(self, turns: dict[str, Any]) -> list[float]:
        lags = []
        for session_id, turn in turns.items():
            shown = self._watch.sessions[session_id].pages
            for count, at in enumerate(turn["recorded"], 1):
                seen = [when for pages, when in shown.items() if pages >= count]
                lags += [min(seen) - at] if seen else []
        return lags

    @contextmanager
    def _operator(self) -> Iterator[Operator]:
        operator = Operator(self._environment, self._folder / "operator.log")
        try:
            yield operator
        finally:
            operator.stop()

    @contextmanager
    def _crowd(self) -> Iterator[dict[str, Any]]:
        """The workers; what they did is there once they are gone."""
        turns: dict[str, Any] = {}
        target = self._folder / "turns.json"
        command = [sys.executable, str(CROWD), str(target), str(PAGES), str(self._given.seconds)]
        crowd = subprocess.Popen(command, env=self._environment)
        try:
            yield turns
        finally:
            crowd.send_signal(signal.SIGTERM)
            crowd.wait(60)
            turns.update(json.loads(target.read_text()))


def dispatch_waits(created: dict[str, float], turns: dict[str, Any], slots: int) -> tuple[list[float], int]:
    """For each begin, how long a slot had been free for it; and how many sessions ran at once at most."""
    begins = sorted(turn["began"][0] for turn in turns.values())
    ends = sorted(turn["ended"] for turn in turns.values() if turn["ended"])
    creations = sorted(created.values())
    waits = [begin - max(creations[n], ends[n - slots] if n >= slots else 0.0) for n, begin in enumerate(begins)]
    moments = sorted([(at, 1) for at in begins] + [(at, -1) for at in ends])
    running = most = 0
    for _, change in moments:
        running += change
        most = max(most, running)
    return waits, most


def percentiles(name: str, values: Sequence[float]) -> dict[str, float]:
    cuts = quantiles(values, n=20, method="inclusive")
    return {f"{name}_p50_s": round(cuts[9], 3), f"{name}_p95_s": round(cuts[18], 3)}


def wait_until(holds: Callable[[], bool], seconds: float) -> None:
    """Wait for it, or give up in silence: what is missing shows in the figures."""
    deadline = time.monotonic() + seconds
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.5)


def measure(size: int, given: argparse.Namespace) -> Measured:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = RedisServer(stack.enter_context(Supervision(folder / "redis")), durable=True)
        server.start()
        cluster = start_cluster(stack.enter_context(Supervision(folder / "cluster")))
        cluster.install_crds(CRDS)
        for namespace in NAMESPACES:
            cluster.kubectl("create", "namespace", namespace)
        environment = {
            **os.environ,
            "KUBECONFIG": str(cluster.kubeconfig),
            "REDIS_URL": server.url,
            "REDIS_KEY_PREFIX": PREFIX,
            "MAX_RUNNING": str(given.running),
            "BUGHIVE_ARTIFACT_URL": (folder / "artifacts").as_uri(),
        }
        measured = Bench(cluster, environment, folder, given).run(size)
        print((folder / "operator.log").read_text()[-2000:], end="")
        return measured


def table(results: dict[int, Measured]) -> str:
    """Each figure, one column for each size."""
    lines = [f"{'sessions':24}" + "".join(f"{size:>10,}" for size in results) + f"{'goal':>10}"]
    for name in asdict(next(iter(results.values()))):
        goal = f"{GOALS[name]:>10g}" if name in GOALS else ""
        lines.append(f"{name:24}" + "".join(f"{getattr(one, name):>10g}" for one in results.values()) + goal)
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", default="100,1000,10000", type=lambda text: [int(size) for size in text.split(",")])
    parser.add_argument("--running", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=60.0, help="how long a session runs, on average")
    given = parser.parse_args()
    results: dict[int, Measured] = {}
    for size in given.sizes:
        results[size] = measure(size, given)
        print(f"{size:,} sessions in {results[size].took_s} s", flush=True)
    print(table(results))
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps({str(size): asdict(one) for size, one in results.items()}, indent=2) + "\n")
    print(f"written to {RESULT.relative_to(ROOT)}")
    missed = {size: one.missed() for size, one in results.items() if one.missed()}
    for size, names in missed.items():
        print(f"{size:,}: MISSED {', '.join(names)}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())

"""How long from apply to a worker's start, one session after the other and 200 at once.

    .venv/bin/python tests/bench/dispatch.py [--without-operator]

A real API server, operator, Redis and worker, whose two children are replaced after 50 tasks as in production; only
the crawl does nothing. The time of a session runs from when its creation is answered to what the crawl itself notes as
its start, both by the clock of this machine; how long all creations took stands beside it. Without the operator, what
it would write and send is written and sent here: the difference is its share, and nothing is written. Else it writes
build/bench/dispatch.json, with the API server's own count of what was written for each session.
"""
# ruff: noqa: T201 - a benchmark prints its table

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import quantiles

import redis.asyncio
from session_starts import PREFIX, Applied, Sent, Way

from bughive_dev.checkout import CRDS
from bughive_dev.cluster import start_cluster
from bughive_dev.redis_server import RedisServer
from bughive_dev.supervision import Supervision
from bughive_protocol.connections import connect_async
from bughive_protocol.control import SessionControl
from bughive_protocol.keys import Keys

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
WORKER = ROOT / "tests/programs/scripted_worker.py"
RESULT = ROOT / "build" / "bench" / "dispatch.json"
WAIT_SECONDS = 90.0
AT_ONCE = 16
"""Hands that apply, each with a connection of its own."""


@dataclass(frozen=True)
class Measured:
    sessions: int
    p50_s: float
    p95_s: float
    creating_s: float
    """From the first creation's begin to the last one's answer."""
    lost: int
    """Sessions without a verdict some time after the last was applied."""
    doubled: int
    """Sessions that were begun more than once."""
    goal_p95_s: float

    @property
    def met(self) -> bool:
        return self.p95_s < self.goal_p95_s and self.lost == self.doubled == 0


@dataclass(frozen=True)
class Results:
    measured: dict[str, Measured]
    writes: dict[str, float]
    """API writes per session, by what was written, when the last session showed its end. Events may still come."""

    @property
    def patches(self) -> float:
        """A session's patches besides the one that dispatches it."""
        return round(self.writes["status"] + self.writes["reports"] - 1, 2)


@dataclass(frozen=True)
class Batch:
    accepted: dict[str, float]
    """When each session's creation was answered."""
    creating_s: float


class Bench:
    def __init__(self, way: Way, client: redis.asyncio.Redis) -> None:
        self._way = way
        self._client = client
        self._control = SessionControl(client, Keys(PREFIX))

    async def one_by_one(self, count: int, goal: float) -> Measured:
        return await self._measure([await self._start(1) for _ in range(count)], goal)

    async def at_once(self, count: int, goal: float) -> Measured:
        return await self._measure([await self._start(count)], goal)

    async def _start(self, count: int) -> Batch:
        """Start so many at once, and wait until they are over."""
        began = time.time()
        with ThreadPoolExecutor(AT_ONCE) as hands:
            loop = asyncio.get_running_loop()
            accepted = dict(await asyncio.gather(*(loop.run_in_executor(hands, self._one) for _ in range(count))))
        await self._finished(list(accepted))
        return Batch(accepted, max(accepted.values()) - began)

    def _one(self) -> tuple[str, float]:
        return self._way.start(), time.time()

    async def _finished(self, session_ids: Sequence[str]) -> None:
        deadline = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < deadline:
            if all(seen.verdict for seen in await self._control.observe(session_ids)):
                return
            await asyncio.sleep(0.02)

    async def _measure(self, batches: Sequence[Batch], goal: float) -> Measured:
        waits, doubled = [], 0
        accepted = {session_id: at for batch in batches for session_id, at in batch.accepted.items()}
        for session_id, at in accepted.items():
            notes = await self._client.lrange(f"{PREFIX}:test:{session_id}", 0, -1)
            starts = [float(note.split(" ")[0]) for note in notes if " began " in note]
            doubled += len(starts) > 1
            waits += [starts[0] - at] if starts else []
        lost = sum(seen.verdict is None for seen in await self._control.observe(list(accepted)))
        cuts = quantiles(waits, n=20, method="inclusive")
        creating = sum(batch.creating_s for batch in batches)
        return Measured(len(accepted), round(cuts[9], 4), round(cuts[18], 4), round(creating, 2), lost, doubled, goal)


async def measure(make: Callable[[redis.asyncio.Redis], Way], url: str, singles: int, crowd: int) -> Results:
    async with connect_async(url) as client:
        way = make(client)
        bench = Bench(way, client)
        await bench.one_by_one(2, 1.0)  # processes that have just started are not what is measured
        results = {"one_by_one": await bench.one_by_one(singles, 1.0), "at_once": await bench.at_once(crowd, 3.0)}
    if not isinstance(way, Applied):
        return Results(results, {})
    await _shown(way)
    sessions = 2 + singles + crowd
    return Results(results, {name: round(count / sessions, 2) for name, count in way.writes().items()})


async def _shown(way: Applied) -> None:
    """Wait until every session shows its end."""
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        if not await asyncio.to_thread(way.unfinished):
            return
        await asyncio.sleep(0.5)


def run(given: argparse.Namespace) -> Results:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = RedisServer(stack.enter_context(Supervision(folder / "redis")), durable=True)
        server.start()
        environment = {
            **os.environ,
            "REDIS_URL": server.url,
            "REDIS_KEY_PREFIX": PREFIX,
            "LOG_LEVEL": "WARNING",
            "BUGHIVE_ARTIFACT_URL": (folder / "artifacts").as_uri(),
        }

        def start(*command: str, **more: str) -> None:
            process = subprocess.Popen(command, env={**environment, **more}, cwd=folder)
            stack.callback(process.wait, 30)
            stack.callback(process.terminate)

        def make(client: redis.asyncio.Redis) -> Way:
            if given.without_operator:
                return Sent(server.url, client, asyncio.get_running_loop())
            return Applied(cluster.kubeconfig, AT_ONCE)

        if not given.without_operator:
            cluster = start_cluster(stack.enter_context(Supervision(folder / "cluster")))
            cluster.install_crds(CRDS)
            # All 200 shall be under way at once; how many may be is admission's affair, not measured here.
            start(str(BIN / "bughive-operator"), KUBECONFIG=str(cluster.kubeconfig), MAX_RUNNING=str(given.crowd * 2))
        start(sys.executable, str(WORKER), "--queues", "crawl", "--concurrency", str(given.concurrency))
        return asyncio.run(measure(make, server.url, given.singles, given.crowd))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--singles", type=int, default=60)
    parser.add_argument("--crowd", type=int, default=200)
    parser.add_argument("--concurrency", type=int, default=2, help="of the worker; 2 as in production")
    parser.add_argument("--without-operator", action="store_true")
    given = parser.parse_args()
    results = run(given)
    measured = results.measured
    print(f"{'':12}{'sessions':>9}{'p50 s':>9}{'p95 s':>9}{'creating s':>12}{'lost':>6}{'doubled':>9}{'goal p95':>10}")
    for name, one in measured.items():
        counts = f"{one.creating_s:>12.2f}{one.lost:>6}{one.doubled:>9}{one.goal_p95_s:>8.1f} s"
        print(f"{name:12}{one.sessions:>9}{one.p50_s:>9.3f}{one.p95_s:>9.3f}{counts}  {'met' if one.met else 'MISSED'}")
    load = round(os.getloadavg()[0], 1)
    print(f"load average {load} on {os.cpu_count()} cores")
    if not given.without_operator:
        print(f"API writes per session: {results.writes}; {results.patches} besides the dispatch (goal: at most 4)")
        summary = {name: getattr(measured["at_once"], name) for name in ("p50_s", "p95_s", "lost", "doubled")}
        written = {"patches_per_session": results.patches, "writes_per_session": results.writes, "load_average": load}
        RESULT.parent.mkdir(parents=True, exist_ok=True)
        RESULT.write_text(
            json.dumps({**summary, **{name: asdict(one) for name, one in measured.items()}, **written}, indent=2) + "\n"
        )
        print(f"written to {RESULT.relative_to(ROOT)}")
    return 0 if all(one.met for one in measured.values()) else 1


if __name__ == "__main__":
    sys.exit(main())

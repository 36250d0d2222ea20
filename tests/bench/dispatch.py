"""How long from dispatch to a worker's start, one session after the other and 200 at once.

    .venv/bin/python tests/bench/dispatch.py

The worker is the product's, with two children that are replaced after 50 tasks as in production; only the crawl
does nothing. The start is what the crawl itself notes, by the clock of this machine. Writes build/bench/dispatch.json.
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
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import quantiles

import redis.asyncio
from celery import Celery

from bughive_crds.crawl_session import CrawlSessionSpec
from bughive_dev.redis_server import RedisServer
from bughive_dev.supervision import Supervision
from bughive_protocol.broker import make_app
from bughive_protocol.connections import connect_async
from bughive_protocol.control import DispatchOrder, SessionControl
from bughive_protocol.keys import Keys
from bughive_protocol.messages import RUN_CRAWL_SESSION, crawl_task_id
from bughive_protocol.settings import RedisSettings

ROOT = Path(__file__).parents[2]
WORKER = ROOT / "tests" / "integration" / "worker" / "scripted_worker.py"
RESULT = ROOT / "build" / "bench" / "dispatch.json"
PREFIX = "bench"
START_SECONDS = 60.0
DISPATCHES_AT_ONCE = 16


@dataclass(frozen=True)
class Measured:
    sessions: int
    p50_s: float
    p95_s: float
    lost: int
    """Sessions without a verdict a minute after the last was dispatched."""
    doubled: int
    """Sessions that were begun more than once."""
    goal_p95_s: float

    @property
    def met(self) -> bool:
        return self.p95_s < self.goal_p95_s and self.lost == self.doubled == 0


class Bench:
    def __init__(self, client: redis.asyncio.Redis, app: Celery) -> None:
        self._client = client
        self._app = app
        self._control = SessionControl(client, Keys(PREFIX))

    async def dispatch(self) -> tuple[str, float]:
        """What the operator does for a session. Returns its id and when it began to."""
        began = time.time()
        session_id = str(uuid.uuid4())
        spec_json = CrawlSessionSpec(url="http://script.test/noop").model_dump_json(by_alias=True)
        await self._control.dispatch(DispatchOrder(session_id, "bench", "session", 1, 1, spec_json))
        task_id = crawl_task_id(session_id, 1, 0)
        await asyncio.to_thread(self._app.send_task, RUN_CRAWL_SESSION, (session_id, 1, 0), task_id=task_id)
        await self._control.mark_sent(session_id, 1)
        return session_id, began

    async def one_by_one(self, count: int, goal: float) -> Measured:
        dispatched = []
        for _ in range(count):
            dispatched.append(await self.dispatch())
            await self._finished([dispatched[-1][0]])
        return await self._measure(dispatched, goal)

    async def at_once(self, count: int, goal: float) -> Measured:
        hands = asyncio.Semaphore(DISPATCHES_AT_ONCE)

        async def dispatch() -> tuple[str, float]:
            began = time.time()  # the wait for a free hand counts
            async with hands:
                session_id, _ = await self.dispatch()
            return session_id, began

        dispatched = list(await asyncio.gather(*(dispatch() for _ in range(count))))
        await self._finished([session_id for session_id, _ in dispatched])
        return await self._measure(dispatched, goal)

    async def _finished(self, session_ids: Sequence[str]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if all(seen.verdict for seen in await self._control.observe(session_ids)):
                return
            await asyncio.sleep(0.02)

    async def _measure(self, dispatched: Sequence[tuple[str, float]], goal: float) -> Measured:
        waits, lost, doubled = [], 0, 0
        for session_id, began in dispatched:
            notes = await self._client.lrange(f"{PREFIX}:test:{session_id}", 0, -1)
            starts = [float(note.split(" ")[0]) for note in notes if " began " in note]
            doubled += len(starts) > 1
            waits += [starts[0] - began] if starts else []
        for seen in await self._control.observe([session_id for session_id, _ in dispatched]):
            lost += seen.verdict is None
        cuts = quantiles(waits, n=20, method="inclusive")
        return Measured(len(dispatched), round(cuts[9], 4), round(cuts[18], 4), lost, doubled, goal)


async def measure(url: str, singles: int, crowd: int) -> dict[str, Measured]:
    app = make_app(RedisSettings(redis_url=url, redis_key_prefix=PREFIX))
    client = connect_async(url)
    bench = Bench(client, app)
    try:
        await bench.one_by_one(2, 1.0)  # a worker that has just started is not what is measured
        return {"one_by_one": await bench.one_by_one(singles, 1.0), "at_once": await bench.at_once(crowd, 3.0)}
    finally:
        await client.aclose()
        app.close()


def print_table(results: dict[str, Measured]) -> None:
    print(f"{'':12}{'sessions':>9}{'p50 s':>9}{'p95 s':>9}{'lost':>6}{'doubled':>9}{'goal p95':>10}  ")
    for name, one in results.items():
        met = "met" if one.met else "MISSED"
        print(
            f"{name:12}{one.sessions:>9}{one.p50_s:>9.3f}{one.p95_s:>9.3f}{one.lost:>6}{one.doubled:>9}"
            f"{one.goal_p95_s:>8.1f} s  {met}"
        )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--singles", type=int, default=120)
    parser.add_argument("--crowd", type=int, default=200)
    parser.add_argument("--concurrency", type=int, default=2, help="of the worker; 2 as in production")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Supervision(Path(folder)) as supervision:
        server = RedisServer(supervision, durable=True)
        server.start()
        variables = {"REDIS_URL": server.url, "REDIS_KEY_PREFIX": PREFIX, "LOG_LEVEL": "WARNING"}
        artifacts = {"BUGHIVE_ARTIFACT_URL": Path(folder, "artifacts").as_uri()}
        worker = subprocess.Popen(
            [sys.executable, str(WORKER), "--queues", "crawl", "--concurrency", str(given.concurrency)],
            env={**os.environ, **variables, **artifacts},
        )
        try:
            results = asyncio.run(measure(server.url, given.singles, given.crowd))
        finally:
            worker.terminate()
            worker.wait(30)
    print_table(results)
    at_once = results["at_once"]
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    summary = {name: getattr(at_once, name) for name in ("p50_s", "p95_s", "lost", "doubled")}
    RESULT.write_text(json.dumps({**summary, **{name: asdict(one) for name, one in results.items()}}, indent=2) + "\n")
    print(f"written to {RESULT.relative_to(ROOT)}")
    return 0 if all(one.met for one in results.values()) else 1


if __name__ == "__main__":
    sys.exit(main())

"""How long from apply to a worker's start, one session after the other and 200 at once.

    .venv/bin/python tests/bench/dispatch.py [--without-operator]

A real API server, operator, Redis and worker, whose two children are replaced after 50 tasks as in production; only
the crawl does nothing. The start is what the crawl itself notes, by the clock of this machine. Without the operator,
what it would write and send is written and sent here: the difference is its share, and
nothing is written. Else it writes build/bench/dispatch.json.
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
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import quantiles
from typing import Any, Protocol

import redis.asyncio
from kubernetes import client as kubernetes
from kubernetes import config

from bughive_crds import GROUP, VERSION
from bughive_crds.crawl_session import CrawlSessionSpec
from bughive_dev.checkout import CRDS
from bughive_dev.cluster import start_cluster
from bughive_dev.redis_server import RedisServer
from bughive_dev.supervision import Supervision
from bughive_protocol.broker import make_app
from bughive_protocol.connections import connect_async
from bughive_protocol.control import DispatchOrder, SessionControl
from bughive_protocol.keys import Keys
from bughive_protocol.messages import RUN_CRAWL_SESSION, crawl_task_id
from bughive_protocol.settings import RedisSettings

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
WORKER = ROOT / "tests" / "integration" / "worker" / "scripted_worker.py"
RESULT = ROOT / "build" / "bench" / "dispatch.json"
PREFIX = "bench"
URL = "http://script.test/noop"
WAIT_SECONDS = 90.0
AT_ONCE = 16
"""Hands that apply; waiting for a free one counts."""


@dataclass(frozen=True)
class Measured:
    sessions: int
    p50_s: float
    p95_s: float
    lost: int
    """Sessions without a verdict some time after the last was applied."""
    doubled: int
    """Sessions that were begun more than once."""
    goal_p95_s: float

    @property
    def met(self) -> bool:
        return self.p95_s < self.goal_p95_s and self.lost == self.doubled == 0


class Way(Protocol):
    """How a session comes into being."""

    def start(self) -> str:
        """Start one session; returns its id. Called in a thread."""
        ...


class Applied:
    """By the API server, as a user would."""

    def __init__(self, kubeconfig: Path) -> None:
        self._api = kubernetes.CustomObjectsApi(config.new_client_from_config(str(kubeconfig)))

    def start(self) -> str:
        body = {
            "apiVersion": f"{GROUP}/{VERSION}",
            "kind": "CrawlSession",
            "metadata": {"generateName": "bench-"},
            "spec": {"url": URL},
        }
        made: Any = self._api.create_namespaced_custom_object(GROUP, VERSION, "default", "crawlsessions", body)
        return str(made["metadata"]["uid"])


class Sent:
    """By what the operator would write and send."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._app = make_app(RedisSettings(redis_url=url, redis_key_prefix=PREFIX))

    def start(self) -> str:
        session_id = str(uuid.uuid4())
        asyncio.run(self._dispatch(session_id))
        task_id = crawl_task_id(session_id, 1, 0)
        self._app.send_task(RUN_CRAWL_SESSION, (session_id, 1, 0), task_id=task_id)
        return session_id

    async def _dispatch(self, session_id: str) -> None:
        spec_json = CrawlSessionSpec(url=URL).model_dump_json(by_alias=True)
        async with connect_async(self._url) as client:
            control = SessionControl(client, Keys(PREFIX))
            await control.dispatch(DispatchOrder(session_id, "bench", "session", 1, 1, spec_json))


class Bench:
    def __init__(self, way: Way, client: redis.asyncio.Redis) -> None:
        self._way = way
        self._client = client
        self._control = SessionControl(client, Keys(PREFIX))

    async def one_by_one(self, count: int, goal: float) -> Measured:
        began = {}
        for _ in range(count):
            at = time.time()
            session_id = await asyncio.to_thread(self._way.start)
            began[session_id] = at
            await self._finished([session_id])
        return await self._measure(began, goal)

    async def at_once(self, count: int, goal: float) -> Measured:
        hands = asyncio.Semaphore(AT_ONCE)

        async def start(at: float) -> tuple[str, float]:
            async with hands:
                return await asyncio.to_thread(self._way.start), at

        now = time.time()
        began = dict(await asyncio.gather(*(start(now) for _ in range(count))))
        await self._finished(list(began))
        return await self._measure(began, goal)

    async def _finished(self, session_ids: Sequence[str]) -> None:
        deadline = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < deadline:
            if all(seen.verdict for seen in await self._control.observe(session_ids)):
                return
            await asyncio.sleep(0.02)

    async def _measure(self, began: dict[str, float], goal: float) -> Measured:
        waits, doubled = [], 0
        for session_id, at in began.items():
            notes = await self._client.lrange(f"{PREFIX}:test:{session_id}", 0, -1)
            starts = [float(note.split(" ")[0]) for note in notes if " began " in note]
            doubled += len(starts) > 1
            waits += [starts[0] - at] if starts else []
        lost = sum(seen.verdict is None for seen in await self._control.observe(list(began)))
        cuts = quantiles(waits, n=20, method="inclusive")
        return Measured(len(began), round(cuts[9], 4), round(cuts[18], 4), lost, doubled, goal)


async def measure(way: Way, url: str, singles: int, crowd: int) -> dict[str, Measured]:
    async with connect_async(url) as client:
        bench = Bench(way, client)
        await bench.one_by_one(2, 1.0)  # processes that have just started are not what is measured
        return {"one_by_one": await bench.one_by_one(singles, 1.0), "at_once": await bench.at_once(crowd, 3.0)}


def run(given: argparse.Namespace) -> dict[str, Measured]:
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

        way: Way = Sent(server.url)
        if not given.without_operator:
            cluster = start_cluster(stack.enter_context(Supervision(folder / "cluster")))
            cluster.install_crds(CRDS)
            # All 200 shall be under way at once; how many may be is admission's affair, not measured here.
            start(str(BIN / "bughive-operator"), KUBECONFIG=str(cluster.kubeconfig), MAX_RUNNING=str(given.crowd * 2))
            way = Applied(cluster.kubeconfig)
        start(sys.executable, str(WORKER), "--queues", "crawl", "--concurrency", str(given.concurrency))
        return asyncio.run(measure(way, server.url, given.singles, given.crowd))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--singles", type=int, default=60)
    parser.add_argument("--crowd", type=int, default=200)
    parser.add_argument("--concurrency", type=int, default=2, help="of the worker; 2 as in production")
    parser.add_argument("--without-operator", action="store_true")
    given = parser.parse_args()
    results = run(given)
    print(f"{'':12}{'sessions':>9}{'p50 s':>9}{'p95 s':>9}{'lost':>6}{'doubled':>9}{'goal p95':>10}")
    for name, one in results.items():
        counts = f"{one.lost:>6}{one.doubled:>9}{one.goal_p95_s:>8.1f} s"
        print(f"{name:12}{one.sessions:>9}{one.p50_s:>9.3f}{one.p95_s:>9.3f}{counts}  {'met' if one.met else 'MISSED'}")
    if not given.without_operator:
        summary = {name: getattr(results["at_once"], name) for name in ("p50_s", "p95_s", "lost", "doubled")}
        RESULT.parent.mkdir(parents=True, exist_ok=True)
        RESULT.write_text(
            json.dumps({**summary, **{name: asdict(one) for name, one in results.items()}}, indent=2) + "\n"
        )
        print(f"written to {RESULT.relative_to(ROOT)}")
    return 0 if all(one.met for one in results.values()) else 1


if __name__ == "__main__":
    sys.exit(main())

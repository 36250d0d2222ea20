"""Real workers in processes of their own, on a Redis and under a key prefix of the test's."""

import asyncio
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import psutil
import pytest
import redis

from bughive_crds.crawl_session import CrawlSessionSpec, ScopeSpec
from bughive_dev.redis_server import RedisServer
from bughive_dev.waiting import wait_until
from bughive_protocol.broker import make_app
from bughive_protocol.connections import connect, connect_async
from bughive_protocol.control import DispatchOrder, SessionControl, SessionSnapshot
from bughive_protocol.keys import Keys
from bughive_protocol.messages import RUN_CRAWL_SESSION, crawl_task_id
from bughive_protocol.settings import RedisSettings

SCRIPT = Path(__file__).parents[2] / "programs/scripted_worker.py"
SITE = "http://script.test"
T = TypeVar("T")


@dataclass(frozen=True)
class Note:
    at: float
    epoch: int
    what: str


class Worker:
    """One `bughive-worker`, with scripted sessions."""

    def __init__(self, arguments: list[str], environment: dict[str, str], log: Path, script: Path = SCRIPT) -> None:
        self.log = log
        with log.open("ab") as sink:
            self.process = subprocess.Popen(
                [sys.executable, str(script), *arguments],
                env=environment,
                stderr=sink,
                stdout=sink,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self.process.pid

    def children(self) -> list[psutil.Process]:
        """The prefork children, oldest first."""
        return sorted(psutil.Process(self.pid).children(), key=lambda child: child.create_time())

    def descendants(self) -> list[psutil.Process]:
        return psutil.Process(self.pid).children(recursive=True)

    def terminate(self, within: float) -> float:
        """SIGTERM; returns how many seconds it took to leave."""
        started = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(within)
        return time.monotonic() - started

    def kill(self) -> None:
        """SIGKILL, and everything it started with it."""
        if self.process.poll() is None:
            family = [*self.descendants(), psutil.Process(self.pid)]
            for process in family:
                if process.is_running():
                    process.kill()
            psutil.wait_procs(family, timeout=10)
        self.process.wait(10)


class Lab:
    """The operator's and the user's hands, and workers to watch."""

    def __init__(self, redis_url: str, prefix: str, folder: Path) -> None:
        self.redis_url = redis_url
        self.prefix = prefix
        self.keys = Keys(prefix)
        self.workers: list[Worker] = []
        self._folder = folder
        self.app = make_app(RedisSettings(redis_url=redis_url, redis_key_prefix=prefix))
        self.client: redis.Redis = connect(redis_url)

    def environment(self, **more: str) -> dict[str, str]:
        # A variable that is given empty is as good as unset.
        own = {
            "REDIS_URL": self.redis_url,
            "REDIS_KEY_PREFIX": self.prefix,
            "LOG_FORMAT": "json",
            "BUGHIVE_ARTIFACT_URL": (self._folder / "artifacts").as_uri(),
            "BUGHIVE_HEALTH_FILE": str(self.health_file),
        }
        return {name: value for name, value in {**os.environ, **own, **more}.items() if value}

    @property
    def health_file(self) -> Path:
        return self._folder / "alive"

    def start_worker(self, queue: str = "crawl", concurrency: int = 1, **environment: str) -> Worker:
        log = self._folder / f"worker-{len(self.workers)}.log"
        arguments = ["--queues", queue, "--concurrency", str(concurrency)]
        worker = Worker(arguments, self.environment(**environment), log)
        self.workers.append(worker)
        return worker

    def control(self, call: Callable[[SessionControl], Awaitable[T]]) -> T:
        async def run() -> T:
            client = connect_async(self.redis_url)
            try:
                return await call(SessionControl(client, self.keys))
            finally:
                await client.aclose()

        return asyncio.run(run())

    def dispatch(self, act: str, session_id: str = "", attempt: int = 1, max_pages: int = 10) -> str:
        """Write the fence and the spec, as the operator does before it sends."""
        session_id = session_id or str(uuid.uuid4())
        spec = CrawlSessionSpec(url=f"{SITE}/{act}", scope=ScopeSpec(max_pages=max_pages))
        spec_json = spec.model_dump_json(by_alias=True)
        order = DispatchOrder(session_id, "shop", f"s-{session_id[:8]}", attempt, 1, spec_json)
        assert self.control(lambda control: control.dispatch(order))
        return session_id

    def send(self, session_id: str, attempt: int = 1) -> str:
        task_id = crawl_task_id(session_id, attempt, 0)
        self.app.send_task(RUN_CRAWL_SESSION, (session_id, attempt, 0), task_id=task_id)
        return task_id

    def start(self, act: str, max_pages: int = 10) -> str:
        session_id = self.dispatch(act, max_pages=max_pages)
        self.send(session_id)
        return session_id

    def go_on(self, session_id: str, act: str, attempt: int, max_pages: int = 10) -> None:
        """Dispatch a further attempt of a session."""
        self.dispatch(act, session_id, attempt, max_pages)
        self.send(session_id, attempt)

    def observe(self, session_id: str) -> SessionSnapshot:
        return self.control(lambda control: control.observe([session_id]))[0]

    def notes(self, session_id: str) -> list[Note]:
        lines = self.client.lrange(f"{self.prefix}:test:{session_id}", 0, -1)
        parts = [line.split(" ", 2) for line in lines]
        return [Note(float(at), int(epoch), what) for at, epoch, what in parts]

    def noted(self, session_id: str, what: str) -> list[Note]:
        return [note for note in self.notes(session_id) if note.what.startswith(what)]

    def result(self, task_id: str) -> object:
        """What the task returned, once it has."""
        return self.app.AsyncResult(task_id).get(timeout=30)

    def wait(self, what: str, ready: Callable[[], object], seconds: float = 30) -> None:
        wait_until(what, lambda: bool(ready()), seconds)

    def close(self) -> None:
        for worker in self.workers:
            worker.kill()
        self.client.close()
        self.app.close()


@pytest.fixture
def lab(redis_url: str, key_prefix: str, tmp_path: Path) -> Iterator[Lab]:
    lab = Lab(redis_url, key_prefix, tmp_path)
    yield lab
    lab.close()


@pytest.fixture
def private_lab(private_redis: RedisServer, key_prefix: str, tmp_path: Path) -> Iterator[Lab]:
    """A lab on a Redis that may be killed."""
    lab = Lab(private_redis.url, key_prefix, tmp_path)
    yield lab
    lab.close()

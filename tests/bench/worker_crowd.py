"""Hundreds of workers in one process, that speak the whole protocol and crawl nothing, for the scale benchmark.

Every message is taken off the queue at once; each session then records its pages evenly over its time, beats, and
passes. Sessions take between half of the given time and half as much again, so that they do not end in waves. On
SIGTERM it writes what it did and when as JSON: for each session when it began, recorded each page, and ended, in Unix
seconds.
"""

import asyncio
import json
import queue
import random
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import redis.asyncio
from celery import Celery

from bughive_crds.crawl_report import CrawlReportContent, ReportedPages
from bughive_crds.crawl_session import Outcome
from bughive_protocol.broker import make_app
from bughive_protocol.connections import connect, connect_async
from bughive_protocol.control import Digest
from bughive_protocol.finisher import Finisher
from bughive_protocol.frontier import FrontierItem, PageEnd, PageRecord, PageResult
from bughive_protocol.keys import Keys
from bughive_protocol.lease import BEAT_SECONDS, AcquireResult, Fence
from bughive_protocol.lease_store import Acquired, LeaseStore
from bughive_protocol.limits import Limits
from bughive_protocol.queues import CRAWL
from bughive_protocol.redis_store import RedisFrontier
from bughive_protocol.settings import RedisSettings

SITE = "http://script.test/"
CALLS_AT_ONCE = 50
"""Of the store; its pool of connections refuses the 101st."""


@dataclass
class Turn:
    """What one session did, and when."""

    began: list[float] = field(default_factory=list)
    recorded: list[float] = field(default_factory=list)
    ended: float | None = None


class Crowd:
    def __init__(self, store: redis.asyncio.Redis, leases: LeaseStore, keys: Keys, pages: int, seconds: float) -> None:
        self._store, self._leases, self._keys = store, leases, keys
        self._pages, self._seconds = pages, seconds
        self._calls = asyncio.Semaphore(CALLS_AT_ONCE)
        self.turns: dict[str, Turn] = {}

    async def work(self, acquired: Acquired) -> None:
        """Crawl one session from its lease to its verdict."""
        fence = acquired.fence
        assert fence is not None
        turn = self.turns.setdefault(fence.session_id, Turn())
        turn.began.append(time.time())
        limits, pause = Limits(self._pages), self._seconds / self._pages * random.uniform(0.5, 1.5)
        frontier = RedisFrontier(self._store, self._keys, fence, limits)
        async with self._calls:
            await frontier.add([FrontierItem(url=f"{SITE}{n}", depth=0) for n in range(self._pages)])
        beating = asyncio.create_task(self._beat(fence))
        for _ in range(self._pages):
            await asyncio.sleep(pause)
            async with self._calls:
                (claim,) = await frontier.claim_pages(1)
                page = PageResult(url=claim.item.url, end=PageEnd.LOADED, status=200)
                await frontier.record_page(PageRecord(page=page, recorded_at=datetime.now(UTC)))
            turn.recorded.append(time.time())
        beating.cancel()
        finisher = Finisher(self._store, self._keys, fence, limits)
        content = CrawlReportContent(
            session=acquired.name, url=SITE, outcome=Outcome.PASSED, pages=ReportedPages(crawled=self._pages)
        )
        async with self._calls:
            await finisher.elect()
            await finisher.put_digest(Digest(content=content, report_url="file:///reports/report.html"))
            await finisher.finish(Outcome.PASSED, {})
        turn.ended = time.time()

    async def _beat(self, fence: Fence) -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            await asyncio.to_thread(self._leases.beat, fence)


def consume(app: Celery, leases: LeaseStore, begin: Callable[[Acquired], None], stop: threading.Event) -> None:
    """Take each message as soon as it is there, and its lease where that is still to be had."""
    with app.connection_for_read() as connection:
        messages = connection.SimpleQueue(app.amqp.queues[CRAWL.name])
        while not stop.is_set():
            try:
                message = messages.get(timeout=1)
            except queue.Empty:
                continue
            message.ack()
            ids = message.payload[1]
            acquired = leases.acquire(ids["session_id"], ids["attempt"], ids["shard"], "crowd")
            if acquired.result is AcquireResult.OK:
                begin(acquired)
        messages.close()


async def run(pages: int, seconds: float) -> dict[str, Turn]:
    settings = RedisSettings()
    keys = Keys(settings.redis_key_prefix)
    loop, ended, stop = asyncio.get_running_loop(), asyncio.Event(), threading.Event()
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    with connect(settings.redis_url) as client:
        async with connect_async(settings.redis_url) as store, asyncio.TaskGroup() as group:
            leases = LeaseStore(client, keys)
            crowd = Crowd(store, leases, keys, pages, seconds)

            def begin(acquired: Acquired) -> None:
                loop.call_soon_threadsafe(lambda: group.create_task(crowd.work(acquired)))

            consuming = asyncio.to_thread(consume, make_app(settings), leases, begin, stop)
            taking = group.create_task(consuming)
            await ended.wait()
            stop.set()
            await taking
        return crowd.turns


if __name__ == "__main__":
    target, page_count, session_seconds = sys.argv[1:]
    turns = asyncio.run(run(int(page_count), float(session_seconds)))
    Path(target).write_text(json.dumps({session_id: asdict(turn) for session_id, turn in turns.items()}))

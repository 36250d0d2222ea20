"""kopf watches our kinds for us. It marks keys; it decides and writes nothing.

Only ``on.event`` is used: timers, daemons and ``on.delete`` would add finalizers, and change handlers
would patch annotations into each resource.
"""

import asyncio
import functools
import logging
import threading
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Protocol

import kopf
import structlog

from bughive_crds import GROUP, VERSION
from bughive_operator.api_server import PAGE
from bughive_operator.health import Heartbeat

TLS_CLOSE_SECONDS = 0.25
BEAT_SECONDS = 1.0
STOP_SECONDS = 5.0
"""How long kopf may take to end."""
log = structlog.get_logger(__name__)


class Cache(Protocol):
    """The resources of one kind as they were last seen."""

    def put(self, body: Mapping[str, Any]) -> bool:
        """Take in a resource. False: it is no newer than what is known."""
        ...

    def remove(self, uid: str) -> None:
        """The resource is gone."""
        ...


@dataclass(frozen=True)
class Watched:
    """One kind that is watched."""

    plural: str
    cache: Cache
    mark: Callable[[str], None]
    """Is told the uid of each resource that changed."""

    def seen(self, kind: str | None, body: Mapping[str, Any]) -> None:
        """Take in one event; ``kind`` is the watch's word for it, None in the first list."""
        uid = body["metadata"]["uid"]
        if kind == "DELETED":
            self.cache.remove(uid)
            self.mark(uid)
        elif self.cache.put(body):
            self.mark(uid)


class KopfWatch:
    """The watch: puts what it sees into the caches and marks what changed."""

    def __init__(self, kinds: tuple[Watched, ...], login: Callable[[], kopf.ConnectionInfo]) -> None:
        self._kinds = kinds
        self.heartbeat = Heartbeat()
        """Beats in the watch's own loop."""
        self._login = login

    async def run(self, namespaces: tuple[str, ...], stop: asyncio.Event) -> None:
        """Watch until told to stop.

        Raises:
            RuntimeError: kopf ended by itself.
        """
        # A thread and a loop of its own: when kopf ends, it takes all tasks of its loop for its own and cancels them.
        ended = threading.Event()
        operator = functools.partial(
            kopf.operator,
            registry=self._registry(asyncio.get_running_loop()),
            settings=settings(namespaced=bool(namespaces)),
            standalone=True,
            clusterwide=not namespaces,
            namespaces=namespaces,
            stop_flag=ended,
        )
        # It warns that it will not see signals; this process does, and tells it.
        logging.getLogger("kopf._core.reactor.running").setLevel(logging.ERROR)
        watching = asyncio.wrap_future(_in_thread(lambda: asyncio.run(self._in_own_loop(operator()))))
        stopping = asyncio.create_task(stop.wait())
        either: list[asyncio.Future[Any]] = [watching, stopping]
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopping.cancel()
            ended.set()
            await asyncio.wait([watching], timeout=STOP_SECONDS)
        if not watching.done():
            log.warning("the watch of the API server did not end when it was told to; it is left to the process' end")
            return
        watching.result()
        if not stop.is_set():
            raise RuntimeError("the watch of the API server ended; its last log lines say why")

    async def _in_own_loop(self, operator: Coroutine[None, None, None]) -> None:
        beating = asyncio.create_task(self._beat())
        await operator
        beating.cancel()
        # aiohttp closes TLS connections in the loop's next rounds, and says that this is how to wait for them.
        await asyncio.sleep(TLS_CLOSE_SECONDS)

    async def _beat(self) -> None:
        while True:
            self.heartbeat.beat()
            await asyncio.sleep(BEAT_SECONDS)

    def _registry(self, loop: asyncio.AbstractEventLoop) -> kopf.OperatorRegistry:
        registry = kopf.OperatorRegistry()

        def on_login(**_: object) -> kopf.ConnectionInfo:
            return self._login()

        def on_event(watched: Watched) -> Callable[..., Coroutine[Any, Any, None]]:
            async def hand_over(event: kopf.RawEvent, **_: object) -> None:
                loop.call_soon_threadsafe(watched.seen, event["type"], event["object"])

            return hand_over

        kopf.on.login(registry=registry)(on_login)
        for watched in self._kinds:
            kopf.on.event(GROUP, VERSION, watched.plural, registry=registry)(on_event(watched))
        return registry


class _NoDiff(kopf.DiffBaseStorage):
    """Without handlers of changes nobody needs what kopf else copies of each object: once deeply for every event."""

    def build(self, **_: object) -> kopf.BodyEssence:
        return kopf.BodyEssence({})

    def fetch(self, **_: object) -> None:
        return None

    def store(self, **_: object) -> None:
        return None


def _in_thread(work: Callable[[], None]) -> Future[None]:
    """Run in a thread that does not keep the process from ending: kopf may hang when it is stopped while it starts."""
    over: Future[None] = Future()

    def run() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - whoever waits for it gets to see it
            over.set_exception(error)
        else:
            over.set_result(None)

    threading.Thread(target=run, name="kopf", daemon=True).start()
    return over


def settings(*, namespaced: bool) -> kopf.OperatorSettings:
    """Kopf's settings: watches that notice when they stall, and nothing written to resources."""
    chosen = kopf.OperatorSettings()
    chosen.watching.inactivity_timeout = 70
    chosen.watching.server_timeout = 300
    chosen.watching.client_timeout = 310
    chosen.watching.connect_timeout = 10
    chosen.watching.chunk_size = PAGE
    chosen.networking.request_timeout = 30
    chosen.networking.enforce_retry_after = True
    chosen.persistence.diffbase_storage = _NoDiff()
    chosen.posting.enabled = False
    chosen.posting.level = logging.WARNING
    chosen.scanning.disabled = namespaced
    chosen.queueing.exit_timeout = 0.5
    # What waits for an object's next event keeps its last one: 100 MiB after a list of 10,000.
    chosen.queueing.idle_timeout = 0.1
    return chosen

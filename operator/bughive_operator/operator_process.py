"""The operator put together: its parts, its loops, and their common end."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager

import structlog
from redis.exceptions import RedisError

from bughive_operator.api_server import ApiServer, ApiServerError
from bughive_operator.apply import Applier
from bughive_operator.clock import ServerClock
from bughive_operator.health import Heartbeat, check
from bughive_operator.keyed_queue import KeyedQueue
from bughive_operator.kopf_watch import KopfWatch
from bughive_operator.line import Line
from bughive_operator.messenger import CeleryMessenger, Messenger
from bughive_operator.rates import ProgressGate, TokenBucket
from bughive_operator.reconcile import Reconciler
from bughive_operator.redis_reader import RedisReader
from bughive_operator.redis_watch import RedisWatch
from bughive_operator.sessions import Sessions
from bughive_operator.settings import OperatorSettings
from bughive_operator.startup import CannotStart, check_cluster, check_redis, connect_to_cluster
from bughive_operator.sweep import Sweep
from bughive_protocol.broker import make_app
from bughive_protocol.connections import connect_async
from bughive_protocol.control import SessionControl
from bughive_protocol.keys import Keys

log = structlog.get_logger(__name__)

MESSENGER_THREADS = 8
BURST = 30


@asynccontextmanager
async def connections(settings: OperatorSettings) -> AsyncIterator[tuple[ApiServer, ServerClock, SessionControl]]:
    """The API server and Redis, checked.

    Raises:
        CannotStart: one is missing, wrong, or too old.
    """
    clock = ServerClock()
    api = ApiServer(connect_to_cluster(settings.reconcile_workers), clock, settings.reconcile_workers)
    try:
        async with connect_async(settings.redis_url) as client:
            version = await check_cluster(api)
            await check_redis(client)
            log.info("operator starts", kubernetes=version, namespaces=settings.watch_namespaces or "all")
            yield api, clock, SessionControl(client, Keys(settings.redis_key_prefix))
    finally:
        api.close()


async def run(settings: OperatorSettings) -> None:
    """Run until SIGTERM or SIGINT.

    Raises:
        CannotStart: something it needs is missing.
    """
    async with connections(settings) as (api, clock, control):
        messenger = CeleryMessenger(make_app(settings), MESSENGER_THREADS)
        try:
            await Operator(settings, api, clock, control, messenger).run()
        finally:
            messenger.close()


class Operator:
    """The operator over the connections that it is given."""

    def __init__(
        self,
        settings: OperatorSettings,
        api: ApiServer,
        clock: ServerClock,
        control: SessionControl,
        messenger: Messenger,
    ) -> None:
        self._settings = settings
        self._line = Line(settings.max_running)
        self._sessions = Sessions(self._line, clock)
        self._queue = KeyedQueue(self._reconcile, settings.reconcile_workers)
        heartbeat = Heartbeat()
        self._watch = RedisWatch(control, self._sessions, self._queue.mark, heartbeat, settings.redis_poll_seconds)
        applier = Applier(
            api=api,
            control=control,
            messenger=messenger,
            sessions=self._sessions,
            line=self._line,
            clock=clock,
            transitions=TokenBucket(settings.transitions_per_second, BURST),
            progress=ProgressGate(settings.progress_interval_seconds, TokenBucket(settings.progress_per_second, BURST)),
        )
        self._reconciler = Reconciler(
            api=api,
            sessions=self._sessions,
            line=self._line,
            reader=RedisReader(control),
            watch=self._watch,
            applier=applier,
            clock=clock,
            policy=settings.policy(),
        )
        self._sweep = Sweep(api, control, self._sessions, applier, settings.watch_namespaces)
        self._kopf = KopfWatch(
            self._sessions, self._queue.mark, lambda: check(heartbeat, self._queue, settings.stale_seconds)
        )

    async def run(self) -> None:
        """Run until SIGTERM or SIGINT, or until a loop fails.

        Raises:
            CannotStart: the sessions cannot be listed.
        """
        # The first list comes before any decision: who has a slot is only known when all are known.
        try:
            self._mark(await self._sweep.round())
        except (ApiServerError, RedisError) as error:
            raise CannotStart(f"The sessions cannot be listed: {error}") from error
        async with asyncio.TaskGroup() as group:
            loops = [
                group.create_task(self._watch.run()),
                group.create_task(_every(self._settings.resync_seconds, self._resync)),
                group.create_task(_every(self._settings.sweep_seconds, self._sweep_once)),
                group.create_task(self._queue.run()),
            ]
            await self._kopf.run(self._settings.watch_namespaces, self._settings.health_endpoint)
            for loop in loops:
                loop.cancel()

    async def _reconcile(self, uid: str) -> float | None:
        delay = await self._reconciler.reconcile(uid)
        self._mark(self._line.freed())
        return delay

    def _mark(self, uids: Iterable[str]) -> None:
        for uid in uids:
            self._queue.mark(uid)

    async def _resync(self) -> None:
        self._mark(self._sessions.unfinished())

    async def _sweep_once(self) -> None:
        try:
            self._mark(await self._sweep.round())
        except (ApiServerError, RedisError) as error:
            log.warning("sweep failed; it is tried again in its next round", error=str(error))


async def _every(seconds: float, work: Callable[[], Awaitable[None]]) -> None:
    while True:
        await asyncio.sleep(seconds)
        await work()

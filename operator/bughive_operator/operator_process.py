"""The operator put together: its parts, its loops, and their common end."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, closing
from datetime import timedelta

import structlog
from redis.exceptions import RedisError

from bughive_operator import metrics
from bughive_operator.announcer import Announcer
from bughive_operator.api_call import ApiServerError
from bughive_operator.api_server import PLURAL, SCHEDULES, ApiServer
from bughive_operator.apply import Applier
from bughive_operator.clock import ServerClock
from bughive_operator.cluster_login import NoCluster, log_in
from bughive_operator.credentials.check import CredentialCheck
from bughive_operator.credentials.desk import CredentialDesk
from bughive_operator.credentials.secret_reader import SecretReader
from bughive_operator.gauges import Gauges
from bughive_operator.health import Health, Heartbeat, answering
from bughive_operator.keyed_queue import KeyedQueue
from bughive_operator.kopf_watch import KopfWatch, Watched
from bughive_operator.leadership import CALL_SECONDS, Leadership, LeadershipLost
from bughive_operator.lines import Lines
from bughive_operator.messenger import CeleryMessenger, Messenger
from bughive_operator.outbox_drain import OutboxDrain
from bughive_operator.pause import every, pause
from bughive_operator.pod_costs import INTERVAL_SECONDS, PodCosts
from bughive_operator.rates import ProgressGate, TokenBucket
from bughive_operator.reconcile import Reconciler
from bughive_operator.redis_reader import RedisReader
from bughive_operator.redis_watch import RedisWatch
from bughive_operator.report_server import serving_reports
from bughive_operator.schedule.loop import ScheduleLoop
from bughive_operator.schedule.reconcile import ScheduleReconciler
from bughive_operator.schedule.schedules import Schedules
from bughive_operator.sessions import Sessions
from bughive_operator.settings import OperatorSettings
from bughive_operator.startup import CannotStart, check_cluster, check_redis
from bughive_operator.sweep import Sweep
from bughive_protocol.broker import make_app
from bughive_protocol.connections import connect_async
from bughive_protocol.control import SessionControl
from bughive_protocol.keys import Keys

log = structlog.get_logger(__name__)

MESSENGER_THREADS = 8
BURST = 30
EVENTS_PER_SECOND = 20
TASKS_PER_SECOND = 200
COUNT_SECONDS = 15


@asynccontextmanager
async def connections(settings: OperatorSettings) -> AsyncIterator[tuple[ApiServer, ServerClock, SessionControl]]:
    """The API server and Redis, checked.

    Raises:
        CannotStart: one is missing, wrong, or too old.
    """
    clock = ServerClock()
    try:
        threads = settings.reconcile_workers + 1  # one posts events
        client = log_in(settings.kubeconfig, threads)
    except NoCluster as error:
        raise CannotStart(str(error)) from error
    api = ApiServer(client, clock, threads)
    try:
        async with connect_async(settings.redis_url) as redis:
            version = await check_cluster(api)
            await check_redis(redis)
            log.info("operator starts", kubernetes=version, namespaces=settings.watch_namespaces or "all")
            yield api, clock, SessionControl(redis, Keys(settings.redis_key_prefix))
    finally:
        api.close()


async def run(settings: OperatorSettings) -> None:
    """Run until SIGTERM or SIGINT; where another operator took over the Lease, end the process with 1.

    Raises:
        CannotStart: something it needs is missing.
    """
    health = Health(settings.stale_seconds)
    async with connections(settings) as (api, clock, control):
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        messenger = CeleryMessenger(make_app(settings), MESSENGER_THREADS)
        try:
            operator = Operator(settings, api, clock, control, messenger, health)
            async with (
                answering(health, settings.health_endpoint, operator.refresh_gauges),
                serving_reports(settings, settings.reports_endpoint),
            ):
                if settings.lease_namespace:
                    await _lead(operator, settings, api, clock, health, stop)
                else:
                    await operator.run(stop)
        finally:
            messenger.close()


async def _lead(
    operator: "Operator",
    settings: OperatorSettings,
    api: ApiServer,
    clock: ServerClock,
    health: Health,
    stop: asyncio.Event,
) -> None:
    """Run the operator while it holds the Lease."""
    heartbeat = Heartbeat()
    health.watch("election", "the lease was neither renewed nor asked for", lambda: heartbeat.age)
    with closing(api.with_limits(CALL_SECONDS)) as own:
        leadership = Leadership(own, clock, settings.lease_namespace, settings.lease_name, heartbeat)
        try:
            await leadership.lead(operator.run, stop)
        except LeadershipLost as error:
            log.error("ends, for it leads no more", reason=str(error))  # noqa: TRY400 - it says it all
            os._exit(1)  # an end in order would wait for whatever hangs, while another one works


class Operator:
    """The operator over the connections that it is given."""

    def __init__(
        self,
        settings: OperatorSettings,
        api: ApiServer,
        clock: ServerClock,
        control: SessionControl,
        messenger: Messenger,
        health: Health,
    ) -> None:
        self._settings = settings
        self._api = api
        self._health = health
        self._clock = clock
        self._control = control
        policy = settings.policy()
        self._line = Lines(settings.quotas(), timedelta(seconds=settings.aging_seconds), policy.queue_of)
        self._sessions = Sessions(self._line, clock, self._mark_schedule)
        # One that may begin, or is over and frees its slot, is not to wait for those that go on; nor they for the line.
        self._queue = KeyedQueue(
            self._reconcile,
            settings.reconcile_workers,
            urgent=lambda uid: self._line.fits(uid) or self._watch.has_ended(uid),
            patient=self._line.waits,
            reserved=settings.reconcile_workers // 2,
        )
        self._announcer = Announcer(api, clock, TokenBucket(EVENTS_PER_SECOND, BURST))
        self._reader = RedisReader(control)
        self._heartbeat = Heartbeat()
        self._watch = RedisWatch(control, self._sessions, self._queue.mark, self._heartbeat)
        secrets = SecretReader(api, settings.credentials_role)
        self._desk = CredentialDesk(control.credential_requests, secrets, self._sessions, clock, self._watch.lost)
        applier = Applier(
            api=api,
            control=control,
            messenger=messenger,
            sessions=self._sessions,
            line=self._line,
            announcer=self._announcer,
            transitions=TokenBucket(settings.transitions_per_second, BURST),
            queue_of=policy.queue_of,
            reports_service=settings.reports_service,
            takeover_grace=policy.takeover_grace,
            progress=ProgressGate(settings.progress_interval_seconds, TokenBucket(settings.progress_per_second, BURST)),
        )
        self._reconciler = Reconciler(
            api=api,
            sessions=self._sessions,
            line=self._line,
            reader=self._reader,
            watch=self._watch,
            credentials=CredentialCheck(secrets, clock),
            applier=applier,
            clock=clock,
            policy=policy,
        )
        self._outbox = control.outbox("operator")
        self._drain = OutboxDrain(
            self._outbox, control.delivery_book(), self._sessions, messenger, TokenBucket(TASKS_PER_SECOND, BURST)
        )
        self._sweep = Sweep(api, control, self._sessions, applier, settings.watch_namespaces)
        schedules = Schedules()
        schedule_reconciler = ScheduleReconciler(
            api=api,
            schedules=schedules,
            sessions=self._sessions,
            announcer=self._announcer,
            clock=clock,
            mark_session=self._queue.mark,
        )
        self._schedules = ScheduleLoop(api, schedules, schedule_reconciler, settings.watch_namespaces)
        self._kopf = KopfWatch(
            (
                Watched(PLURAL, self._sessions, self._queue.mark),
                Watched(SCHEDULES, schedules, self._schedules.mark),
            ),
            login=api.kopf_credentials,
        )
        self._gauges = Gauges(
            sessions=self._sessions, line=self._line, queue=self._queue, watch=self._watch, health=health, clock=clock
        )

    def refresh_gauges(self) -> None:
        """Let the gauges say what holds now. May be asked while the operator stands by."""
        self._gauges.refresh()

    async def run(self, stop: asyncio.Event) -> None:
        """Run until told to stop, or until a loop fails.

        Raises:
            CannotStart: sessions and schedules cannot be listed.
        """
        # The first list comes before any decision: who has a slot is only known when all are known.
        try:
            listed = await self._sweep.round()
            await self._schedules.list()
        except (ApiServerError, RedisError) as error:
            raise CannotStart(f"Sessions and schedules cannot be listed: {error}") from error
        self._mark(self._sessions.unfinished())
        for uid in listed:
            self._queue.mark_later(uid)
        settings = self._settings
        self._watch_over_loops()
        metrics.LEADER.set(1)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._queue.run(stop))
                group.create_task(self._kopf.run(settings.watch_namespaces, stop))
                group.create_task(self._schedules.run(settings.resync_seconds, settings.sweep_seconds, stop))
                group.create_task(self._announcer.run(stop))
                group.create_task(every(settings.redis_poll_seconds, self._watch.poll, stop))
                group.create_task(every(settings.redis_poll_seconds, self._desk.round, stop))
                group.create_task(every(settings.resync_seconds, self._resync, stop))
                group.create_task(self._sweep_often(stop))
                group.create_task(every(COUNT_SECONDS, self._count, stop))
                group.create_task(every(settings.outbox_seconds, self._drain.round, stop))
                if settings.worker_namespace:
                    costs = PodCosts(self._api, self._sessions, settings.worker_namespace)
                    group.create_task(every(INTERVAL_SECONDS, costs.round, stop))
        finally:
            metrics.LEADER.set(0)
            await self._reader.close()

    def _watch_over_loops(self) -> None:
        self._heartbeat.beat()  # it may have stood by for days
        self._kopf.heartbeat.beat()
        self._health.watch("redis", "Redis was not polled", lambda: self._heartbeat.age)
        self._health.watch("watch", "the watch of the API server stood still", lambda: self._kopf.heartbeat.age)
        self._health.watch("session", "one session has been worked on", self._queue.longest_run)
        self._health.watch("schedule", "one schedule has been worked on", self._schedules.longest_run)

    async def _sweep_often(self, stop: asyncio.Event) -> None:
        await pause(self._settings.sweep_seconds, stop)
        await every(self._settings.sweep_seconds, self._sweep_once, stop)

    async def _reconcile(self, uid: str) -> float | None:
        with metrics.RECONCILE_SECONDS.time(), metrics.RECONCILE_ERRORS.count_exceptions():
            delay = await self._reconciler.reconcile(uid)
        self._mark(self._line.freed(self._clock.now()))
        return delay

    def _mark_schedule(self, uid: str) -> None:
        self._schedules.mark(uid)

    def _mark(self, uids: Iterable[str]) -> None:
        for uid in uids:
            self._queue.mark(uid)

    async def _resync(self) -> None:
        for uid in self._sessions.unfinished():
            if not self._line.is_far(uid):
                self._queue.mark(uid)

    async def _count(self) -> None:
        try:
            metrics.DEAD_LETTERS.set(await self._control.dead_letters())
            backlog = await self._outbox.backlog()
        except RedisError as error:
            self._watch.lost(error)
            return
        metrics.OUTBOX_LENGTH.set(backlog.length)
        metrics.OUTBOX_AGE_SECONDS.set(backlog.age_seconds)

    async def _sweep_once(self) -> None:
        try:
            self._mark(await self._sweep.round())
        except (ApiServerError, RedisError) as error:
            log.warning("sweep failed; it is tried again in its next round", error=str(error))

"""The loop for one schedule: observe, plan, apply."""

from collections.abc import Callable
from http import HTTPStatus

import structlog
from structlog.contextvars import bound_contextvars

from bughive_operator import metrics
from bughive_operator.actions import Announce
from bughive_operator.announcer import Announcer
from bughive_operator.api_call import ApiServerError, Body, Conflict, NotFound
from bughive_operator.api_server import ApiServer
from bughive_operator.clock import Clock
from bughive_operator.merge_patch import status_patch
from bughive_operator.observation import Resource
from bughive_operator.schedule.actions import (
    CreateSession,
    DeleteSession,
    PatchSchedule,
    ScheduleAction,
    SchedulePlan,
)
from bughive_operator.schedule.observation import Refusal, Schedule, ScheduleObservation
from bughive_operator.schedule.plan import plan
from bughive_operator.schedule.reasons import ScheduleReason
from bughive_operator.schedule.schedules import Schedules
from bughive_operator.schedule.session_manifest import session_manifest
from bughive_operator.sessions import Sessions

log = structlog.get_logger(__name__)

CONFLICT_SECONDS = 0.5
CLIENT_ERROR = 4
_PASSING = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.REQUEST_TIMEOUT)
"""Of the answers 400 to 499, those that are no refusal: trying again soon helps."""


class ScheduleReconciler:
    """Starts and deletes the sessions of one schedule at a time."""

    def __init__(
        self,
        *,
        api: ApiServer,
        schedules: Schedules,
        sessions: Sessions,
        announcer: Announcer,
        clock: Clock,
        mark_session: Callable[[str], None],
    ) -> None:
        self._api = api
        self._schedules = schedules
        self._sessions = sessions
        self._announcer = announcer
        self._clock = clock
        self._mark_session = mark_session
        self._refusals: dict[str, Refusal] = {}

    async def reconcile(self, uid: str) -> float | None:
        """Do what is to be done now; returns in how many seconds to come back, or None."""
        schedule = self._schedules.get(uid)
        if schedule is None:
            self._refusals.pop(uid, None)
            return None
        wanted = plan(self._observe(schedule), self._clock.now())
        named = bound_contextvars(schedule=f"{schedule.namespace}/{schedule.name}")
        with named, metrics.RECONCILE_ERRORS.count_exceptions():
            try:
                return await self._apply(schedule, wanted)
            except Conflict:
                metrics.CONFLICTS.inc()
                # Our copy is old. The newest is one read away; the plan is made again from it.
                await self._read_again(schedule)
                return CONFLICT_SECONDS
            except NotFound:
                self._schedules.remove(uid)
                return None

    def _observe(self, schedule: Schedule) -> ScheduleObservation:
        return ScheduleObservation(
            schedule=schedule,
            sessions=self._sessions.started_by(schedule.uid),
            refusal=self._refusals.get(schedule.uid),
        )

    async def _apply(self, schedule: Schedule, wanted: SchedulePlan) -> float | None:
        for action in wanted.actions:
            await self._do(schedule, action)
        if wanted.actions:
            return 0.0
        return None if wanted.wake is None else max(0.001, (wanted.wake - self._clock.now()).total_seconds())

    async def _do(self, schedule: Schedule, action: ScheduleAction) -> None:
        match action:
            case CreateSession():
                await self._create(schedule, action)
            case PatchSchedule(status, missed):
                changes = status_patch(schedule.status, status)
                self._schedules.refresh(await self._api.patch_status(schedule, changes))
                metrics.SCHEDULE_MISSED.inc(missed)
            case DeleteSession(session):
                try:
                    await self._api.delete_session(session)
                except NotFound:
                    log.info("the session was deleted already", session=session.name)
                self._sessions.remove(session.uid)
            case Announce():
                self._announcer.announce(schedule, action)

    async def _create(self, schedule: Schedule, run: CreateSession) -> None:
        """Create the session of a run. Where the API server refuses it, the next plan says so in the status."""
        try:
            body = await self._api.create_session(schedule.namespace, session_manifest(schedule, run))
        except Conflict:
            await self._look_who_was_first(schedule, run)
            return
        except ApiServerError as error:
            if error.status // 100 != CLIENT_ERROR or error.status in _PASSING:
                raise
            told = f"The API server refuses {run.name}, and is asked again each minute: {error}"
            self._refused(schedule, run, ScheduleReason.CREATE_REFUSED, told)
            return
        self._refusals.pop(schedule.uid, None)
        self._take_in(body)
        metrics.SCHEDULE_STARTS.labels("RunAt" if run.on_demand else "Schedule").inc()
        log.info("started a session by schedule", session=run.name, on_demand=run.on_demand)

    async def _look_who_was_first(self, schedule: Schedule, run: CreateSession) -> None:
        """There is a session of this name: an operator before us created it, or somebody else did."""
        try:
            body = await self._api.session(schedule.namespace, run.name)
        except NotFound:
            return  # it went at this moment; the next plan tries again
        self._take_in(body)
        if Resource.parse(body).controller != schedule.uid:
            told = f"There is a CrawlSession {run.name} that is not of this schedule: delete it, and the run starts."
            self._refused(schedule, run, ScheduleReason.NAME_TAKEN, told)

    def _refused(self, schedule: Schedule, run: CreateSession, reason: ScheduleReason, message: str) -> None:
        self._refusals[schedule.uid] = Refusal(reason, message, run.name, self._clock.now(), schedule.generation)
        log.warning("a session cannot be started by schedule", reason=reason, message=message)

    def _take_in(self, body: Body) -> None:
        if self._sessions.put(body):
            self._mark_session(body["metadata"]["uid"])

    async def _read_again(self, schedule: Schedule) -> None:
        try:
            body = await self._api.read(schedule)
        except NotFound:
            self._schedules.remove(schedule.uid)
            return
        if body["metadata"]["uid"] == schedule.uid:
            self._schedules.refresh(body)
        else:
            self._schedules.remove(schedule.uid)

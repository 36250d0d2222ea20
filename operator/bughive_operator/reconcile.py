"""The loop for one session: observe, plan, apply."""

from redis.exceptions import RedisError
from structlog.contextvars import bound_contextvars

from bughive_operator import metrics
from bughive_operator.actions import Plan, StopWork
from bughive_operator.api_call import Conflict, NotFound
from bughive_operator.api_server import ApiServer
from bughive_operator.apply import Applied, Applier
from bughive_operator.clock import Clock
from bughive_operator.credentials.check import CredentialCheck
from bughive_operator.lines import Lines
from bughive_operator.observation import Observation, Resource
from bughive_operator.plan import plan
from bughive_operator.policy import Policy
from bughive_operator.redis_reader import RedisReader
from bughive_operator.redis_watch import RedisWatch
from bughive_operator.sessions import Sessions
from bughive_protocol.control import SessionSnapshot


class Reconciler:
    """Brings one session at a time closer to what its resource asks for."""

    def __init__(  # noqa: PLR0913 - one argument for each thing it looks at
        self,
        *,
        api: ApiServer,
        sessions: Sessions,
        line: Lines,
        reader: RedisReader,
        watch: RedisWatch,
        credentials: CredentialCheck,
        applier: Applier,
        clock: Clock,
        policy: Policy,
    ) -> None:
        self._api = api
        self._sessions = sessions
        self._line = line
        self._reader = reader
        self._watch = watch
        self._credentials = credentials
        self._applier = applier
        self._clock = clock
        self._policy = policy

    async def reconcile(self, uid: str) -> float | None:
        """Do what is to be done now; returns in how many seconds to come back, or None."""
        observation = await self._observe(uid)
        wanted = plan(observation, self._clock.now(), self._policy)
        applied = await self._apply(observation, wanted)
        return 0.0 if applied.changed else self._soonest(wanted, applied)

    async def _observe(self, uid: str) -> Observation:
        redis = await self._read_redis(uid)
        withheld = await self._credentials.look(self._sessions.get(uid))
        # The resource after the rest: no await lies between it and the plan.
        return Observation(
            uid=uid,
            resource=self._sessions.get(uid),
            redis=redis,
            redis_steady=self._watch.steady_seconds,
            standing=self._line.standing(uid, self._clock.now()),
            withheld=withheld,
        )

    async def _read_redis(self, uid: str) -> SessionSnapshot | None:
        try:
            return await self._reader.read(uid)
        except RedisError as error:
            self._watch.lost(error)
            return None

    async def _apply(self, observation: Observation, wanted: Plan) -> Applied:
        resource = observation.resource
        if resource is None:
            for action in wanted.actions:
                if isinstance(action, StopWork):
                    await self._applier.stop_work(observation.uid, action.attempt)
            return Applied(changed=False)
        session = f"{resource.namespace}/{resource.name}"
        with bound_contextvars(session_id=resource.uid, session=session, task_id=resource.status.task_id):
            return await self._apply_to(resource, wanted)

    async def _apply_to(self, resource: Resource, wanted: Plan) -> Applied:
        try:
            return await self._applier.apply(resource, wanted.actions)
        except Conflict:
            metrics.CONFLICTS.inc()
            # Our copy is old. The newest is one read away; the plan is made again from it.
            return await self._read_again(resource)
        except NotFound:
            self._sessions.remove(resource.uid)
            return Applied(changed=True)

    async def _read_again(self, resource: Resource) -> Applied:
        body = await self._api.read(resource)
        if body["metadata"]["uid"] == resource.uid:
            self._sessions.refresh(body)
        else:
            self._sessions.remove(resource.uid)
        return Applied(changed=True)

    def _soonest(self, wanted: Plan, applied: Applied) -> float | None:
        waits = [applied.wait] if applied.wait is not None else []
        if wanted.wake is not None:
            waits.append(max(0.001, (wanted.wake.at - self._clock.now()).total_seconds()))
        return min(waits, default=None)

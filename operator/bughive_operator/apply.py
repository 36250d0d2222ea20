"""Carries a plan out: each action is one call. Which, when and why was decided by ``plan``."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass

import structlog
from opentelemetry.trace import Span, SpanKind

from bughive_crds.crawl_session import CrawlSessionStatus, Phase
from bughive_operator import actions, metrics
from bughive_operator.announcer import Announcer
from bughive_operator.api_call import NotFound
from bughive_operator.api_server import ApiServer
from bughive_operator.lines import Lines
from bughive_operator.merge_patch import status_patch
from bughive_operator.messenger import Messenger
from bughive_operator.observation import Resource
from bughive_operator.outbox_tasks import wanted_entries
from bughive_operator.rates import ProgressGate, TokenBucket
from bughive_operator.sessions import Sessions
from bughive_operator.status_metrics import count_change
from bughive_protocol.control import DispatchOrder, SessionControl
from bughive_protocol.dead_letters import DeadLetter, LetterReason
from bughive_protocol.lease import TAKEOVER_GRACE_SECONDS
from bughive_protocol.messages import RUN_CRAWL_SESSION, crawl_task_id
from bughive_protocol.queues import CRAWL
from bughive_protocol.tracing import session_span

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Applied:
    """What became of a plan."""

    changed: bool
    """Something was done, so the session is to be looked at again."""
    wait: float | None = None
    """Progress was held back for so many seconds."""


class Applier:
    """The operator's hands: the API server, Redis and the broker."""

    def __init__(  # noqa: PLR0913 - one argument for each thing it may touch
        self,
        *,
        api: ApiServer,
        control: SessionControl,
        messenger: Messenger,
        sessions: Sessions,
        line: Lines,
        announcer: Announcer,
        transitions: TokenBucket,
        progress: ProgressGate,
        queue_of: Callable[[str], str] = lambda _: CRAWL.name,
        reports_service: str = "",
        takeover_grace: float = TAKEOVER_GRACE_SECONDS,
    ) -> None:
        self._api = api
        self._control = control
        self._messenger = messenger
        self._sessions = sessions
        self._line = line
        self._announcer = announcer
        self._transitions = transitions
        self._progress = progress
        self._takeover_grace = takeover_grace
        self._queue_of = queue_of
        self._reports_service = reports_service

    async def stop_work(self, uid: str, attempt: int) -> None:
        """The resource is gone: nobody may go on with its session."""
        await self._control.delete(uid)
        if attempt:
            await self._messenger.revoke(uid, attempt)
        self._progress.forget(uid)
        log.info("stopped the work of a deleted session", session_id=uid, attempt=attempt)

    async def apply(self, resource: Resource, wanted: tuple[actions.Action, ...]) -> Applied:
        """Carry the actions out in their order; an error leaves the rest undone, for the next plan to repair."""
        if held_back := self._hold_back(resource, wanted):
            return Applied(changed=False, wait=held_back)
        if any(isinstance(action, actions.Dispatch) for action in wanted):
            self._line.occupy(resource)
        for action in wanted:
            await self._do(resource, action)
        return Applied(changed=bool(wanted))

    def _hold_back(self, resource: Resource, wanted: tuple[actions.Action, ...]) -> float:
        """Progress that stands alone waits for its turn; with anything else it is taken along."""
        match wanted:
            case (actions.PatchStatus(status, transition=False),):
                return 0.0 if _shows_first_page(resource.status, status) else self._progress.wait(resource.uid)
            case _:
                return 0.0

    async def _do(self, resource: Resource, action: actions.Action) -> None:  # noqa: C901, PLR0912 - one case an action
        uid = resource.uid
        match action:
            case actions.PatchStatus(status, transition):
                if transition:
                    await self._take_turn(resource.status, status)
                await self._patch(resource, status)
                metrics.STATUS_PATCHES.labels("transition" if transition else "progress").inc()
            case actions.Dispatch(attempt):
                with _dispatch_span(resource, attempt):
                    if await self._control.dispatch(_order(resource, attempt)):
                        metrics.DISPATCHES.inc()
                        await self._send(resource, attempt, range(_shards(resource)))
            case actions.Send(attempt, shards):
                with _dispatch_span(resource, attempt):
                    await self._send(resource, attempt, shards)
            case actions.Reopen(attempt, shards):
                await self._control.reopen(uid, attempt, shards, self._takeover_grace)
            case actions.SetSignal(attempt, signal):
                await self._control.signal(uid, attempt, resource.generation, signal)
            case actions.Cancel(attempt, reason):
                order = _order(resource, attempt) if resource.spec else None
                await self._control.cancel(uid, attempt, resource.generation, reason, order)
            case actions.Bury(attempt, message):
                await self._control.bury(_poisoned(resource, attempt, message, self._queue_of(resource.namespace)))
            case actions.FenceOff(attempt):
                await self._control.fence_off(uid, attempt)
            case actions.Revoke(attempt):
                await self._messenger.revoke(uid, attempt)
            case actions.WriteReport(digest):
                await self._api.apply_report(resource, digest, self._reports_service)
            case actions.Acknowledge(completed, error):
                await self._control.acknowledge(uid, "completed" if completed else "failed", error)
                self._progress.forget(uid)
            case actions.Announce():
                self._announcer.announce(resource, action)
            case actions.Expire():
                await self._expire(resource)
            case actions.StopWork(attempt):
                await self.stop_work(uid, attempt)

    async def _take_turn(self, before: CrawlSessionStatus, after: CrawlSessionStatus) -> None:
        """Wait for a turn to write. A dispatch takes the next one at once, and the others wait for it later.

        Slots bound how many dispatches there are.
        """
        if after.phase is Phase.QUEUED and after.attempt != before.attempt:
            self._transitions.reserve()
        else:
            await self._transitions.take()

    async def _patch(self, resource: Resource, status: CrawlSessionStatus) -> None:
        before = resource.status
        self._sessions.refresh(await self._api.patch_status(resource, status_patch(before, status)))
        count_change(resource, status)
        self._progress.note(resource.uid)
        if status.phase is not before.phase or status.attempt != before.attempt:
            log.info("session changed", phase=status.phase, attempt=status.attempt, message=status.message)

    async def _send(self, resource: Resource, attempt: int, shards: Iterable[int]) -> None:
        queue = self._queue_of(resource.namespace)
        for shard in shards:
            await self._messenger.send(resource.uid, attempt, shard, queue)
            metrics.MESSAGES.inc()
        await self._control.mark_sent(resource.uid, attempt)

    async def _expire(self, resource: Resource) -> None:
        try:
            await self._api.delete_session(resource)
        except NotFound:
            log.info("session was deleted before its time was over")


def _dispatch_span(resource: Resource, attempt: int) -> AbstractContextManager[Span]:
    session = f"{resource.namespace}/{resource.name}"
    return session_span("dispatch", SpanKind.PRODUCER, session, resource.uid, attempt)


def _shows_first_page(before: CrawlSessionStatus, after: CrawlSessionStatus) -> bool:
    """Whether this is the first sign of life, which a watcher is to see at once."""
    shown = before.progress is not None and before.progress.pages_crawled
    return not shown and after.progress is not None and after.progress.pages_crawled > 0


def _shards(resource: Resource) -> int:
    return resource.spec.shards if resource.spec else 1


def _poisoned(resource: Resource, attempt: int, message: str, queue: str) -> DeadLetter:
    return DeadLetter(
        task=RUN_CRAWL_SESSION,
        task_id=crawl_task_id(resource.uid, attempt, 0),
        queue=queue,
        reason=LetterReason.POISON_SESSION,
        error=f"{resource.namespace}/{resource.name}: {message}",
        tries=attempt,
        named_arguments={"session_id": resource.uid, "attempt": attempt, "shard": 0},
    )


def _order(resource: Resource, attempt: int) -> DispatchOrder:
    if resource.spec is None:
        raise ValueError(resource.spec_error)
    return DispatchOrder(
        session_id=resource.uid,
        namespace=resource.namespace,
        name=resource.name,
        attempt=attempt,
        generation=resource.generation,
        shards=_shards(resource),
        spec_json=resource.spec.model_dump_json(by_alias=True, exclude_none=True),
        entries=wanted_entries(resource.spec),
    )

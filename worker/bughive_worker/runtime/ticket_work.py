"""What the tasks for tickets do, in a child's loop: the session from Redis, the key from its Secret, the tracker."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from bughive_protocol.deliveries import DeliveryBook, DeliveryKind
from bughive_protocol.messages import CREATE_GITHUB_ISSUE, CREATE_LINEAR_TICKET
from bughive_protocol.ticket_record import TrackerName
from bughive_worker import metrics
from bughive_worker.runtime.child import Child
from bughive_worker.tickets.finished_session import read_finished
from bughive_worker.tickets.open_tracker import open_tracker, tracker_spec
from bughive_worker.tickets.pause import heeding
from bughive_worker.tickets.plan import Rules
from bughive_worker.tickets.session_tickets import SessionTickets

TASKS = {TrackerName.LINEAR: CREATE_LINEAR_TICKET, TrackerName.GITHUB: CREATE_GITHUB_ISSUE}
"""The task that settles one bug's ticket, by tracker."""
TICKET = DeliveryKind.TICKET

log = structlog.get_logger(__name__)


def item(tracker: TrackerName, fingerprint: str) -> str:
    """How one ticket is named among a session's deliveries; the choice of them all has the tracker's name alone."""
    return f"{tracker} {fingerprint}"


class TicketWork:
    """For the errors see ``Tracker``, ``open_tracker`` and ``heeding``; ``redis.RedisError`` when Redis is away."""

    def __init__(self, child: Child, tracker: TrackerName) -> None:
        self._child = child
        self._tracker = tracker

    async def choose(self, session_id: str) -> tuple[str, ...]:
        """The fingerprints of the session's bugs for whose tickets there is something to do; they are expected now."""
        async with self._opened(session_id) as opened:
            chosen = await opened[0].choose(opened[1]) if opened else ()
        await self._book().expect(session_id, TICKET, [item(self._tracker, name) for name in chosen])
        return chosen

    async def chosen(self, session_id: str) -> None:
        """A task for each of them is sent."""
        await self._book().moot(session_id, TICKET, [self._tracker])

    async def settle(self, session_id: str, fingerprint: str) -> str | None:
        """What was done for one bug's ticket; None: there is no such bug, or the session is forgotten."""
        async with self._opened(session_id) as opened:
            record = await opened[0].settle(fingerprint) if opened else None
        if record is None:
            await self._book().moot(session_id, TICKET, [item(self._tracker, fingerprint)])
            return None
        await self._book().done(session_id, TICKET, [item(self._tracker, fingerprint)])
        metrics.DELIVERIES.labels(TICKET, "done").inc()
        return f"{record.name} {record.outcome}"

    def _book(self) -> DeliveryBook:
        return DeliveryBook(self._child.redis, self._child.keys)

    @asynccontextmanager
    async def _opened(self, session_id: str) -> AsyncIterator[tuple[SessionTickets, Rules] | None]:
        child = self._child
        session = await read_finished(child.redis, child.keys, session_id)
        spec = tracker_spec(session, self._tracker) if session else None
        if session is None or spec is None:
            log.info("no tickets: the session is forgotten, was stopped, or asks for none", session_id=session_id)
            yield None
            return
        outbound = await child.outbound(*child.settings.tracker_hosts(self._tracker))
        opened = await open_tracker(session, spec, child.settings, outbound, child.credentials)
        async with heeding(child.redis, child.keys.tracker_pause(self._tracker, opened.holder)):
            tickets = SessionTickets(
                child.redis, child.keys, lambda: child.artifacts, session, self._tracker, opened.tracker
            )
            yield tickets, opened.rules

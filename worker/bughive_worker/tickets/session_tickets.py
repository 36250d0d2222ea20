"""A finished session's tickets in one tracker: choose its bugs, then settle each by itself."""

from collections.abc import Mapping

import redis.asyncio
import structlog

from bughive_protocol.finding import RecordedFinding
from bughive_protocol.keys import Keys
from bughive_protocol.ticket_record import TicketRecord, TicketRecords, TrackerName
from bughive_worker.login.sent_secrets import sends_secrets
from bughive_worker.tickets.draft import draft, returned
from bughive_worker.tickets.finished_session import FinishedSession, OpenStore, read_bugs, read_picture
from bughive_worker.tickets.lock import alone
from bughive_worker.tickets.plan import Rules, Step, candidates, chosen, next_step, outcome_of, places_taken
from bughive_worker.tickets.tracker import Ticket, Tracker

MOST_LOOKED_AT = 120
"""So many bugs, the worst, are looked up in the tracker: GitHub takes 30 searches a minute, and one is for 5 bugs."""
_AT_ONCE = 20

log = structlog.get_logger(__name__)


class SessionTickets:
    """The tickets of one session in one tracker. All may be repeated, by any number of workers at once."""

    def __init__(
        self,
        client: redis.asyncio.Redis,
        keys: Keys,
        store: OpenStore,
        session: FinishedSession,
        name: TrackerName,
        tracker: Tracker,
    ) -> None:
        """``store`` opens where the session's pictures are; a ticket goes without its picture where it fails."""
        self._client = client
        self._keys = keys
        self._store = store
        self._session = session
        self._name = name
        self._tracker = tracker
        self._records = TicketRecords(client, keys)

    async def choose(self, rules: Rules) -> tuple[str, ...]:
        """The fingerprints of the bugs for which there is something to do, the same whenever this is asked."""
        held = await self._records.chosen(self._session.id, self._name)
        if held is None:
            steps = await self._choose(rules)
            held = await self._records.choose(self._session.id, self._name, steps)
        return tuple(held)

    async def _choose(self, rules: Rules) -> Mapping[str, Step]:
        ordered = candidates(await self._bugs(), rules)[:MOST_LOOKED_AT]
        steps: dict[str, Step] = {}
        for start in range(0, len(ordered), _AT_ONCE):
            some = ordered[start : start + _AT_ONCE]
            tickets = await self._find(some)
            steps |= chosen(some, tickets, rules.max_tickets - places_taken(steps))
            if places_taken(steps) >= rules.max_tickets:
                break
        return steps

    async def _bugs(self) -> list[RecordedFinding]:
        return await read_bugs(self._client, self._keys, self._session.id)

    async def _find(self, some: list[RecordedFinding]) -> Mapping[str, Ticket]:
        marks = [self._session.mark(one.finding.fingerprint) for one in some]
        return {mark.fingerprint: ticket for mark, ticket in (await self._tracker.find(marks)).items()}

    async def settle(self, fingerprint: str) -> TicketRecord | None:
        """Do for one bug's ticket what there is to do. None: the session knows no such bug."""
        found = {one.finding.fingerprint: one for one in await self._bugs()}
        if fingerprint not in found:
            return None
        mark = self._session.mark(fingerprint)
        async with alone(self._client, self._keys.ticket_lock(self._name, mark.token)) as renew:
            ticket = (await self._tracker.find([mark])).get(mark)
            step = next_step(ticket, found[fingerprint].first_seen)
            if ticket is None:
                picture = await self._picture(fingerprint)
                ticket = await self._tracker.open(draft(found[fingerprint], mark, self._session.link(), picture), renew)
            elif step is Step.REOPEN:
                await renew()
                await self._tracker.reopen(ticket, returned(found[fingerprint], self._session.link()))
            elif step is Step.LINK:
                await self._tracker.link(ticket, mark)
            return await self._record(fingerprint, ticket, step)

    async def _picture(self, fingerprint: str) -> bytes | None:
        """What a tracker may see: no pixels where they may show what the site echoes of a secret."""
        if sends_secrets(self._session.spec):
            return None
        return await read_picture(self._client, self._keys, self._store, self._session, fingerprint)

    async def _record(self, fingerprint: str, ticket: Ticket, step: Step) -> TicketRecord:
        held = await self._records.chosen(self._session.id, self._name) or {}
        outcome = outcome_of(step, Step(held.get(fingerprint, step)), ticket)
        record = TicketRecord(
            tracker=self._name, fingerprint=fingerprint, name=ticket.name, url=ticket.url, outcome=outcome
        )
        log.info("ticket", **record.model_dump(mode="json"))
        return await self._records.record(self._session.id, record)

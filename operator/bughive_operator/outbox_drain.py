"""Empties the outbox: hands what happened to sessions to the workers, as tasks, at least once.

An entry is acknowledged when all that follows from it was sent; an operator that dies before leaves it to the next.
"""

from collections import defaultdict
from collections.abc import Sequence

import structlog
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from bughive_crds.crawl_session import CrawlSessionSpec
from bughive_operator import metrics
from bughive_operator.messenger import Messenger
from bughive_operator.outbox_tasks import tasks_of
from bughive_operator.rates import TokenBucket
from bughive_operator.sessions import Sessions
from bughive_protocol.deliveries import DeliveryBook
from bughive_protocol.outbox import Outbox, Outgoing
from bughive_protocol.outbox_entry import EntryKind

MOST = 500
"""How many entries are taken in hand in one round."""

log = structlog.get_logger(__name__)


class OutboxDrain:
    """The leader's way from the outbox to the broker."""

    def __init__(
        self, outbox: Outbox, book: DeliveryBook, sessions: Sessions, messenger: Messenger, turns: TokenBucket
    ) -> None:
        self._outbox = outbox
        self._book = book
        self._sessions = sessions
        self._messenger = messenger
        self._turns = turns
        self._in_hand: dict[str, Outgoing] = {}
        """What was read and is not sent yet, by its place in the outbox."""
        self._inherits = True
        """Whoever led before reads no more: what was left is ours."""
        self._stuck = False

    async def round(self) -> None:
        """Send what can be sent now. Where Redis or the broker is away, the rest waits for the next round."""
        try:
            read = await self._outbox.read(MOST, inherit=self._inherits)
            self._inherits = self._inherits and len(read) == MOST
            self._in_hand.update({outgoing.id: outgoing for outgoing in read})
            # Pictures are many, and nobody waits for them.
            for pictures in (False, True):
                for session_id, entries in self._by_session(pictures=pictures).items():
                    await self._hand_over(session_id, entries)
        except (RedisError, OperationalError) as error:
            if not self._stuck:
                log.warning("what happened to sessions cannot be sent on; it is tried again", error=str(error))
            self._stuck = True
            return
        self._stuck = False

    def _by_session(self, *, pictures: bool) -> dict[str, list[Outgoing]]:
        found: defaultdict[str, list[Outgoing]] = defaultdict(list)
        for outgoing in self._in_hand.values():
            if (outgoing.entry.kind == EntryKind.PICTURE) is pictures:
                found[outgoing.session_id].append(outgoing)
        return found

    async def _hand_over(self, session_id: str, entries: Sequence[Outgoing]) -> None:
        resource = self._sessions.get(session_id)
        if resource is None or resource.deleting or resource.spec is None:
            await self._settle(entries, "dropped")
            return
        # Others hear of the end when the resource shows it: then all is known that can be told.
        phase = resource.status.phase
        over = phase is not None and phase.terminal
        ready = [outgoing for outgoing in entries if over or outgoing.entry.kind != EntryKind.FINISHED]
        if ready:
            await self._send(session_id, ready, resource.spec)
            await self._settle(ready, "sent")

    async def _send(self, session_id: str, ready: Sequence[Outgoing], spec: CrawlSessionSpec) -> None:
        entries = [outgoing.entry for outgoing in ready]
        for task in tasks_of(session_id, entries, spec):
            await self._turns.take()
            if task.delivers is not None:
                await self._book.expect(session_id, task.delivers, task.items)
            await self._messenger.send_task(session_id, task)
        if any(entry.kind == EntryKind.FINISHED for entry in entries):
            await self._book.sent(session_id)

    async def _settle(self, entries: Sequence[Outgoing], end: str) -> None:
        await self._outbox.ack(entries)
        for outgoing in entries:
            del self._in_hand[outgoing.id]
            kind = outgoing.entry.kind
            metrics.OUTBOX_ENTRIES.labels(kind if kind in set(EntryKind) else "other", end).inc()

"""What a session spends on a language model: reserved before each call, settled after it, over all shards.

A call reserves the most that it can cost, and none is made that does not fit: so a session never spends more than it
may. A call whose end nobody knows, because its worker died, stays reserved in full and counts as spent.

Money is in millionths of a US dollar, as whole numbers.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

import redis.asyncio

from bughive_crds.analysis import AnalysisStatus, AnalysisStop
from bughive_protocol.keys import Keys
from bughive_protocol.lease import Fence
from bughive_protocol.scripts import Argument, run_async, script

MICRO = 1_000_000
OF_A_WORKER = (AnalysisStop.NO_KEY, AnalysisStop.UNKNOWN_MODEL)
"""They stop a worker, not the session: another one may have what this one lacks."""
_MAX_MESSAGE = 500


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a session may spend."""

    micro_usd: int
    pages: int


class Reservation(StrEnum):
    """Whether a call may be made."""

    OK = "OK"
    BUSY = "BUSY"
    """Not before other calls are settled: they may turn out to cost less than they reserved."""
    BUDGET = "BUDGET"
    """It might cost more than is left."""
    PAGES = "PAGES"
    """As many pages as may be were asked about."""
    STOPPED = "STOPPED"
    """The model is no longer asked."""


class Ledger(Protocol):
    """The book of one session. Each method may be repeated with the same arguments and counts once."""

    async def reserve(self, call: str, page: str, worst: int, allowance: Allowance) -> Reservation:
        """Ask leave for one call about a page.

        Args:
            call: names the call, and no other ever.
            page: what it is about; calls about one page count as one.
            worst: the most that it can cost.
            allowance: what the session may spend in all.
        """
        ...

    async def settle(self, call: str, cost: int, *, usable: bool = True) -> None:
        """Write what a reserved call did cost, and whether its answer was of use."""
        ...

    async def recall(self, page: str) -> None:
        """Count a page whose answer an earlier session had paid for."""
        ...

    async def stop(self, why: AnalysisStop, message: str) -> None:
        """Ask the model no more in this session. What was said first stands."""
        ...


@dataclass
class Book:
    """What a ``MemoryLedger`` knows."""

    micro_usd: int = 0
    """Spent, with what is reserved."""
    open: dict[str, int] = field(default_factory=dict)
    calls: int = 0
    unusable: int = 0
    asked: set[str] = field(default_factory=set)
    recalled: set[str] = field(default_factory=set)
    stopped: AnalysisStop | None = None
    message: str | None = None

    def status(self) -> AnalysisStatus | None:
        """What people see of it; None while nothing is written."""
        if self == Book():
            return None
        return AnalysisStatus(
            pages=len(self.asked),
            recalled=len(self.recalled),
            calls=self.calls,
            unusable=self.unusable,
            usd=self.micro_usd / MICRO,
            stopped=self.stopped,
            message=self.message,
        )


class MemoryLedger:
    """A ``Ledger`` in memory, for one process."""

    def __init__(self, book: Book) -> None:
        self._book = book

    async def reserve(self, call: str, page: str, worst: int, allowance: Allowance) -> Reservation:
        """See ``Ledger.reserve``."""
        book = self._book
        if book.stopped in OF_A_WORKER:
            book.stopped = book.message = None
        if book.stopped is not None:
            return Reservation.STOPPED
        if call in book.open:
            return Reservation.OK
        if page not in book.asked and len(book.asked) >= allowance.pages:
            return Reservation.PAGES
        if book.micro_usd + worst > allowance.micro_usd:
            settled = book.micro_usd - sum(book.open.values())
            return Reservation.BUSY if settled + worst <= allowance.micro_usd else Reservation.BUDGET
        book.open[call] = worst
        book.micro_usd += worst
        book.calls += 1
        book.asked.add(page)
        return Reservation.OK

    async def settle(self, call: str, cost: int, *, usable: bool = True) -> None:
        """See ``Ledger.settle``."""
        worst = self._book.open.pop(call, None)
        if worst is not None:
            self._book.micro_usd += cost - worst
            self._book.unusable += not usable

    async def recall(self, page: str) -> None:
        """See ``Ledger.recall``."""
        if page not in self._book.asked:
            self._book.recalled.add(page)

    async def stop(self, why: AnalysisStop, message: str) -> None:
        """See ``Ledger.stop``."""
        if self._book.stopped is None:
            self._book.stopped, self._book.message = why, message[:_MAX_MESSAGE]


class RedisLedger:
    """A ``Ledger`` that all shards share. Its writes carry the holder's fence and raise ``FenceLost``."""

    def __init__(self, client: redis.asyncio.Redis, keys: Keys, fence: Fence) -> None:
        self._client = client
        self._keys = keys
        self._fence = fence

    async def reserve(self, call: str, page: str, worst: int, allowance: Allowance) -> Reservation:
        """See ``Ledger.reserve``."""
        wanted = (call, page, worst, allowance.micro_usd, allowance.pages)
        return Reservation(await self._write("reserve_analysis", *wanted, *OF_A_WORKER))

    async def settle(self, call: str, cost: int, *, usable: bool = True) -> None:
        """See ``Ledger.settle``."""
        await self._write("settle_analysis", call, cost, int(not usable))

    async def recall(self, page: str) -> None:
        """See ``Ledger.recall``."""
        await self._write("recall_analysis", page)

    async def stop(self, why: AnalysisStop, message: str) -> None:
        """See ``Ledger.stop``."""
        await self._write("stop_analysis", why, message[:_MAX_MESSAGE])

    async def _write(self, name: str, *arguments: Argument) -> Any:  # noqa: ANN401 a script may answer anything
        fence = self._fence
        proof = (fence.shard, fence.token)
        return await run_async(self._client, script(name), self._keys, fence.session_id, *proof, *arguments)

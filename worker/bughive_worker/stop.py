"""Why a turn of work has to stop, in order of precedence: the strongest reason given so far holds."""

import asyncio
import threading
from enum import StrEnum

from bughive_worker.loop_thread import LoopThread


class StopReason(StrEnum):
    """Why a turn stops before everything is crawled. Earlier ones override later ones."""

    LOST = "lost"
    """Another attempt or epoch owns the shard: nothing more may be written."""
    SILENT = "silent"
    """No beat got through for the lease's whole time to live: the lease may be another's by now."""
    CANCEL = "cancel"
    SUSPEND = "suspend"
    DRAIN = "drain"
    """The worker is shutting down."""
    SLICE = "slice"
    """The attempt had its share of time."""

    def overrides(self, other: "StopReason | None") -> bool:
        """Whether this reason is to replace ``other``."""
        order = list(StopReason)
        return other is None or order.index(self) < order.index(other)


class Stop:
    """A request to stop. Any thread may make it; the loop awaits it, the main thread waits for it."""

    def __init__(self, loop: LoopThread) -> None:
        self._loop = loop
        self._reason: StopReason | None = None
        self._lock = threading.Lock()
        self._requested = asyncio.Event()

    @property
    def reason(self) -> StopReason | None:
        """The strongest reason given so far; None: go on."""
        return self._reason

    def request(self, reason: StopReason) -> None:
        """Ask for the stop; a weaker reason than one already given changes nothing."""
        with self._lock:
            if not reason.overrides(self._reason):
                return
            self._reason = reason
        self._loop.call_soon(self._requested.set)

    def is_set(self) -> bool:
        """Whether a stop was requested."""
        return self._reason is not None

    async def wait(self) -> None:
        """Wait, in the loop, until a stop is requested."""
        await self._requested.wait()

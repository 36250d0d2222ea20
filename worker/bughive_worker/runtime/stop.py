"""A request to stop a turn of work; the strongest reason given so far holds."""

import asyncio
import threading

from bughive_worker.crawl.stop_reason import StopReason
from bughive_worker.runtime.loop_thread import LoopThread


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

"""A request to stop, made in the same event loop."""

import asyncio

from bughive_worker.crawl.stop_reason import StopReason


class LocalStop:
    """What ``Stop`` is to a worker's child, without threads: Ctrl-C asks for it."""

    def __init__(self) -> None:
        self.reason: StopReason | None = None
        self._requested = asyncio.Event()

    def request(self, reason: StopReason) -> None:
        """Ask for the stop."""
        self.reason = reason
        self._requested.set()

    def is_set(self) -> bool:
        """Whether a stop was requested."""
        return self.reason is not None

    async def wait(self) -> None:
        """Wait until a stop is requested."""
        await self._requested.wait()

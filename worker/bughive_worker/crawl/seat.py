"""The tab that one page's run has at the moment."""

from contextlib import AbstractAsyncContextManager, AsyncExitStack

from bughive_worker.browser.tab import Tab


class Seat:
    """Holds a tab from the visit to the last picture; it may be changed for another on the way."""

    def __init__(self) -> None:
        self._stack = AsyncExitStack()
        self.tab: Tab | None = None
        """None before the first visit, and when there is no page to look at."""

    async def take(self, lent: AbstractAsyncContextManager[Tab]) -> Tab:
        """Give the present tab back and take this one."""
        await self.leave()
        self.tab = await self._stack.enter_async_context(lent)
        return self.tab

    async def leave(self) -> None:
        """Give the tab back."""
        self.tab = None
        await self._stack.aclose()

"""Pauses that end early when the process is told to stop."""

import asyncio
from collections.abc import Awaitable, Callable


async def every(seconds: float, work: Callable[[], Awaitable[None]], stop: asyncio.Event) -> None:
    """Work, pause, and work again until told to stop; work that was begun is brought to its end."""
    task = asyncio.current_task()
    while not stop.is_set():
        await work()
        if task is not None and task.cancelling():
            # A limit on time inside the work, due at the same moment, took the cancellation for its own.
            raise asyncio.CancelledError
        await pause(seconds, stop)


async def pause(seconds: float, stop: asyncio.Event) -> None:
    """Wait for so long, or until told to stop."""
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait([stopping], timeout=seconds)
    stopping.cancel()

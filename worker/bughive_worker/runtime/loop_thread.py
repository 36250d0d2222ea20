"""One thread with one event loop: where a child does all that is asynchronous.

The child's main thread stays free, so that time limits, revokes and shutdown reach it as signals do.
"""

import asyncio
import contextvars
import threading
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, wait
from typing import Any, Generic, TypeVar

T = TypeVar("T")

PULSE_SECONDS = 0.25
"""How often the loop shows that it goes round."""


class Submission(Generic[T]):
    """A coroutine on its way in the loop, as another thread sees it."""

    def __init__(self, loop: asyncio.AbstractEventLoop, make: Callable[[], Coroutine[Any, Any, T]]) -> None:
        self._loop = loop
        self._make = make
        self._context = contextvars.copy_context()
        self._done: Future[T] = Future()
        self._task: asyncio.Task[T] | None = None
        loop.call_soon_threadsafe(self._start)

    def _start(self) -> None:
        # The caller's context goes along: its log lines carry the same session, task and attempt.
        self._task = self._loop.create_task(self._make(), context=self._context)
        self._task.add_done_callback(self._finish)

    def _finish(self, task: asyncio.Task[T]) -> None:
        if task.cancelled():
            self._done.set_exception(asyncio.CancelledError())
        elif error := task.exception():
            self._done.set_exception(error)
        else:
            self._done.set_result(task.result())

    def wait(self, timeout: float) -> bool:
        """Wait up to ``timeout`` seconds. Returns whether it has ended, in whatever way."""
        return bool(wait([self._done], timeout).done)

    def result(self) -> T:
        """Wait for the end; its result or its error. ``CancelledError`` where it was cancelled."""
        return self._done.result()

    def cancel(self) -> None:
        """Cancel the coroutine; it has ended only when ``wait`` says so."""
        self._loop.call_soon_threadsafe(self._cancel)

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()


class LoopThread:
    """A running event loop in a thread of its own."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._pulse = time.monotonic()
        self._thread = threading.Thread(target=self._run, name="bughive-loop", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._beat()
        self._loop.run_forever()

    def _beat(self) -> None:
        self._pulse = time.monotonic()
        self._loop.call_later(PULSE_SECONDS, self._beat)

    def stalled_for(self) -> float:
        """Seconds since the loop last went round; below half a second while it is well."""
        return time.monotonic() - self._pulse

    def call_soon(self, callback: Callable[[], object]) -> None:
        """Run a callback in the loop soon; from any thread."""
        self._loop.call_soon_threadsafe(callback)

    def submit(self, make: Callable[[], Coroutine[Any, Any, T]]) -> Submission[T]:
        """Start a coroutine in the loop; from any other thread."""
        return Submission(self._loop, make)

    def stop(self, timeout: float) -> bool:
        """Stop and close the loop. Returns False where it did not come to an end in ``timeout`` seconds."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout)
        if self._thread.is_alive():
            return False
        self._loop.close()
        return True

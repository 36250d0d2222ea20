import asyncio
import time
from collections.abc import Iterator
from contextvars import ContextVar

import pytest

from bughive_worker.runtime.loop_thread import LoopThread

session: ContextVar[str] = ContextVar("session", default="none")


@pytest.fixture
def loop() -> Iterator[LoopThread]:
    thread = LoopThread()
    yield thread
    assert thread.stop(5)


def test_a_coroutine_gives_its_result(loop: LoopThread) -> None:
    async def answer() -> int:
        await asyncio.sleep(0)
        return 42

    assert loop.submit(answer).result() == 42


def test_a_coroutine_raises_its_error_in_the_caller(loop: LoopThread) -> None:
    async def fail() -> None:
        await asyncio.sleep(0)
        raise LookupError("gone")

    with pytest.raises(LookupError, match="gone"):
        loop.submit(fail).result()


def test_the_callers_context_goes_along(loop: LoopThread) -> None:
    async def read() -> str:
        await asyncio.sleep(0)
        return session.get()

    token = session.set("shop")
    try:
        submission = loop.submit(read)
    finally:
        session.reset(token)
    assert submission.result() == "shop"


def test_cancel_runs_what_the_coroutine_does_last(loop: LoopThread) -> None:
    closed: list[str] = []

    async def hold() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            closed.append("context")

    submission = loop.submit(hold)
    assert not submission.wait(0.05)
    submission.cancel()
    assert submission.wait(5)
    assert closed == ["context"]
    with pytest.raises(asyncio.CancelledError):
        submission.result()


def test_a_loop_that_is_blocked_shows_it(loop: LoopThread) -> None:
    async def block() -> None:
        time.sleep(1.0)  # noqa: ASYNC251 - the very thing that is watched for

    submission = loop.submit(block)
    worst = 0.0
    while not submission.wait(0.05):
        worst = max(worst, loop.stalled_for())
    assert worst > 0.8
    assert submission.wait(5)
    deadline = time.monotonic() + 5
    while loop.stalled_for() > 0.5 and time.monotonic() < deadline:
        pass
    assert loop.stalled_for() < 0.5

import asyncio

import pytest

from bughive_operator.pause import every


async def test_a_loop_ends_when_it_is_cancelled_though_its_work_took_the_cancellation_for_its_own():
    begun = asyncio.Event()

    async def deaf() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return  # as a client's own limit on time does, when it is due at that moment

    loop = asyncio.create_task(every(3600, deaf, asyncio.Event()))
    await begun.wait()
    loop.cancel()
    with pytest.raises(asyncio.CancelledError):
        async with asyncio.timeout(10):
            await loop


async def test_a_loop_brings_what_it_began_to_its_end():
    stop, done = asyncio.Event(), []

    async def work() -> None:
        stop.set()
        await asyncio.sleep(0)
        done.append(True)

    await every(3600, work, stop)
    assert done == [True]

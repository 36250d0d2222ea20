from itertools import permutations

import pytest

from bughive_worker.crawl.stop_reason import StopReason
from bughive_worker.runtime.loop_thread import LoopThread
from bughive_worker.runtime.stop import Stop


def test_the_strongest_reason_holds_in_whatever_order_they_come() -> None:
    loop = LoopThread()
    for first, second in permutations(StopReason, 2):
        stop = Stop(loop)
        stop.request(first)
        stop.request(second)
        assert stop.reason is (first if first.overrides(second) else second)
    assert loop.stop(5)


@pytest.mark.parametrize("stronger", ["lost", "silent", "cancel", "suspend", "drain"])
def test_a_slice_gives_way_to_everything(stronger: str) -> None:
    assert StopReason(stronger).overrides(StopReason.SLICE)


def test_the_loop_wakes_when_another_thread_asks_for_a_stop() -> None:
    loop = LoopThread()
    stop = Stop(loop)
    waiting = loop.submit(stop.wait)
    assert not waiting.wait(0.05)
    stop.request(StopReason.CANCEL)
    assert waiting.wait(5)
    assert loop.stop(5)

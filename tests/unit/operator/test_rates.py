"""How fast the operator writes."""

import pytest

from bughive_operator.rates import ProgressGate, TokenBucket


class Time:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time():
    return Time()


def test_a_bucket_lets_a_burst_through_and_then_so_many_a_second(time):
    bucket = TokenBucket(rate=10, burst=3, monotonic=time)
    assert [bucket.reserve() for _ in range(6)] == pytest.approx([0, 0, 0, 0.1, 0.2, 0.3])
    time.now = 100
    assert [bucket.reserve() for _ in range(4)] == pytest.approx([0, 0, 0, 0.1])


def test_a_sessions_progress_is_shown_once_in_its_interval(time):
    gate = ProgressGate(10, TokenBucket(50, 50, time), time)
    assert gate.wait("a") == 0
    gate.note("a")
    time.now = 4
    assert gate.wait("a") == 6
    time.now = 10
    assert gate.wait("a") == 0


def test_a_transition_takes_the_progress_along(time):
    gate = ProgressGate(10, TokenBucket(50, 50, time), time)
    gate.note("a")
    assert gate.wait("a") == 10


def test_of_many_sessions_those_that_asked_first_go_first(time):
    gate = ProgressGate(10, TokenBucket(rate=2, burst=1, monotonic=time), time)
    waits = {uid: gate.wait(uid) for uid in "abcd"}
    assert waits == pytest.approx({"a": 0, "b": 0.5, "c": 1.0, "d": 1.5})
    assert gate.wait("d") == pytest.approx(1.5)
    time.now = 0.5
    assert [gate.wait("b"), gate.wait("c")] == pytest.approx([0, 0.5])

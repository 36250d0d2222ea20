"""The API server's clock, as it is known here."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from bughive_operator.clock import ManualClock, ServerClock

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


class Server:
    """An API server whose clock is at noon when our monotonic clock is at 1000."""

    def __init__(self) -> None:
        self.monotonic = 1000.0
        self.set_forward = 0.0
        self.clock = ServerClock(lambda: self.monotonic)

    @property
    def time(self) -> datetime:
        return NOON + timedelta(seconds=self.monotonic - 1000 + self.set_forward)

    def answer(self, seconds: float) -> None:
        """One call that takes so long, answered at its end."""
        sent = self.monotonic
        self.monotonic += seconds
        date = format_datetime(self.time.replace(microsecond=0), usegmt=True)
        self.clock.learn(date, sent, self.monotonic)


def test_time_is_not_known_before_the_first_answer():
    with pytest.raises(RuntimeError):
        Server().clock.now()


def test_many_answers_tell_the_time_better_than_their_whole_seconds():
    server = Server()
    for _ in range(40):
        server.answer(0.07)
    assert abs((server.clock.now() - server.time).total_seconds()) < 0.1


def test_time_goes_on_between_answers():
    server = Server()
    server.answer(0.5)
    before = server.clock.now()
    server.monotonic += 3600
    assert server.clock.now() - before == timedelta(hours=1)


@pytest.mark.parametrize("seconds", [-7200, 7200])
def test_a_server_whose_clock_is_set_is_followed(seconds):
    server = Server()
    server.answer(0.01)
    server.set_forward = seconds
    server.answer(0.01)
    assert abs((server.clock.now() - server.time).total_seconds()) <= 1


def test_a_manual_clock_moves_when_told_to():
    clock = ManualClock(NOON)
    clock.advance(90)
    assert clock.now() == NOON + timedelta(seconds=90)

"""How long a task waits before it is tried again."""

import pickle

import pytest

from bughive_protocol.errors import IntegrationPaused, IntegrationUnavailable
from bughive_protocol.queues import MEDIA, QUEUES, TICKETS
from bughive_worker.runtime.retry_wait import LONGEST_SECONDS, retry_wait

AWAY = IntegrationUnavailable("no answer")


def test_waits_double_from_half_a_minute_and_are_bounded() -> None:
    assert [retry_wait(TICKETS, tried, AWAY, 0) for tried in range(5)] == [30, 60, 120, 240, LONGEST_SECONDS]


def test_those_who_failed_together_come_back_apart_but_never_sooner() -> None:
    waits = [retry_wait(TICKETS, 0, AWAY, luck / 10) for luck in range(10)]
    assert len(set(waits)) == 10
    assert 30 <= min(waits) < max(waits) < 40


def test_who_says_for_how_long_to_stay_away_is_heard() -> None:
    assert retry_wait(TICKETS, 0, IntegrationPaused("busy", 100), 0) == 100
    assert retry_wait(TICKETS, 1, IntegrationPaused("busy", 2), 0) == 60
    assert retry_wait(TICKETS, 0, IntegrationPaused("busy", 86_400), 1) == LONGEST_SECONDS


@pytest.mark.parametrize("queue", [queue for queue in QUEUES.values() if queue.retries])
def test_no_message_waits_for_so_long_that_the_broker_delivers_it_again(queue) -> None:
    assert queue.visibility_timeout > LONGEST_SECONDS


def test_tickets_are_tried_six_times_pictures_four_and_crawls_once() -> None:
    assert {name: queue.retries for name, queue in QUEUES.items()} == {
        "crawl": 0,
        "tickets": 5,
        "media": 3,
        "default": 0,
    }
    assert TICKETS.retry_seconds == MEDIA.retry_seconds == 30


def test_a_pause_survives_the_way_from_the_child_to_its_parent() -> None:
    copied = pickle.loads(pickle.dumps(IntegrationPaused("busy", 7)))
    assert (str(copied), copied.seconds) == ("busy", 7)

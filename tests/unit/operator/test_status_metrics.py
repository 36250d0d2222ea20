"""What the metrics learn from the statuses that are written in a session's life."""

import pytest
from fixtures.counted import counting
from fixtures.session_states import PAGES, RUNNING, STARTED, cancelled, release

from bughive_operator.metrics import REGISTRY
from bughive_operator.status_metrics import count_change
from bughive_protocol.frontier import Counts


@pytest.fixture
def counted():
    return counting(REGISTRY, "bughive_operator_")


@pytest.fixture
def write():
    """Writes the status that the operator wants in a situation."""

    def write(situation):
        count_change(situation.observation.resource, situation.status())
        return situation

    return write


def test_a_session_is_counted_when_it_is_sent_and_when_a_worker_takes_it(situation, write, lease, counted):
    sent = write(situation(after=5))
    assert counted() == {"transitions_total Queued WaitingForWorker": 1}
    redis = {**STARTED, "started_at": sent.now, "leases": (lease(),)}
    write(sent.later(3, redis))
    assert counted() == {
        "transitions_total Queued WaitingForWorker": 1,
        "transitions_total Running Crawling": 1,
        "session_wait_seconds_count": 1,
        "session_wait_seconds_sum": 5,
        "attempt_wait_seconds_count": 1,
        "attempt_wait_seconds_sum": 3,
    }


@pytest.mark.parametrize("reason", ["Drain", "Slice", "Error"])
def test_an_attempt_that_was_given_back_is_counted_once_by_its_reason(situation, write, counted, reason):
    left = write(situation(status=RUNNING, redis={**STARTED, "release": release(reason)}))
    write(left.later(0, {"release": None}))
    ended = {"Drain": "WorkerDrained", "Slice": "SliceEnded", "Error": "AttemptFailed"}[reason]
    assert {name: n for name, n in counted().items() if name.startswith("attempts_ended")} == {
        f"attempts_ended_total {ended}": 1
    }


def test_a_session_that_fails_is_counted_with_why_and_with_its_outcome(situation, write, counted):
    error = release("Error", message="no answer", error="SiteUnreachable")
    redis = {**STARTED, "release": error, "verdict": cancelled("SiteUnreachable")}
    write(situation({"backoffLimit": 0}, RUNNING, redis))
    told = counted()
    assert told["transitions_total Failed SiteUnreachable"] == 1
    assert told["sessions_finished_total Error"] == 1


def test_progress_alone_counts_nothing(situation, write, lease, counted):
    running = situation(status=RUNNING, redis={**STARTED, "leases": (lease(),)}).later(0)
    write(running.later(10, {"counts": Counts(**{**PAGES, "crawled": 20})}))
    assert counted() == {}

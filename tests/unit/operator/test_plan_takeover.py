"""What follows an attempt that is over: one situation a row."""

from datetime import timedelta

import pytest
from fixtures.session_states import RUNNING, STARTED, cancelled, release

from bughive_crds.crawl_session import Outcome, Phase
from bughive_operator.actions import Bury, Cancel, Dispatch
from bughive_operator.reasons import Reason


@pytest.mark.parametrize(
    ("released", "orders", "phase", "failures"),
    [
        (release("Drain"), [Dispatch(2)], Phase.QUEUED, 0),
        (release("Slice"), [Dispatch(2)], Phase.QUEUED, 0),
        (release("Suspend"), [Dispatch(2)], Phase.QUEUED, 0),
        (release("Error", message="no route to host", error="SiteUnreachable"), [], Phase.PENDING, 1),
        (
            release("Error", message="10.0.0.1 is private", error="EgressRefused", permanent=True),
            [Cancel(1, Reason.EGRESS_REFUSED)],
            Phase.RUNNING,
            0,
        ),
    ],
    ids=["drain", "slice", "suspend taken back", "error", "permanent error"],
)
def test_a_release_is_answered_at_once(situation, released, orders, phase, failures):
    left = situation(status=RUNNING, redis={**STARTED, "release": released}, after=70)
    assert left.orders() == orders
    assert (left.status().phase, left.status().failures) == (phase, failures)


def test_a_slice_goes_back_in_line_and_a_drain_keeps_its_slot(situation):
    sliced = situation(status=RUNNING, redis={**STARTED, "release": release("Slice")}, place=2)
    assert sliced.condition("Dispatched")[1] == "WaitingForSlot"
    drained = situation(status=RUNNING, redis={**STARTED, "release": release("Drain")}, place=5)
    assert drained.orders() == [Dispatch(2)]


@pytest.mark.parametrize(("failures", "wait"), [(0, 60), (1, 120), (2, 240)])
def test_errors_wait_longer_each_time(situation, failures, wait):
    error = release("Error", message="connection refused", error="SiteUnreachable")
    left = situation(status={**RUNNING, "failures": failures}, redis={**STARTED, "release": error})
    assert left.status().retry_at == left.now + timedelta(seconds=wait)
    assert left.status().message.startswith("Attempt 1 failed: connection refused. The next begins at 2026-06-01 12:0")
    waiting = left.later(1)
    assert (waiting.orders(), waiting.plan().wake.at) == ([], left.status().retry_at)
    assert left.later(wait).orders() == [Dispatch(2)]


def test_errors_beyond_the_backoff_limit_fail_with_the_errors_own_reason(situation):
    error = release("Error", message="shop.example does not answer", error="SiteUnreachable")
    redis = {**STARTED, "release": error}
    left = situation({"backoffLimit": 1}, {**RUNNING, "failures": 1}, redis)
    assert left.orders() == [Cancel(1, Reason.SITE_UNREACHABLE)]
    failed = situation(
        {"backoffLimit": 1}, {**RUNNING, "failures": 1}, {**redis, "verdict": cancelled("SiteUnreachable")}
    )
    assert (failed.status().phase, failed.status().outcome) == (Phase.FAILED, Outcome.ERROR)
    assert failed.status().message == "Failed after 1 attempt: shop.example does not answer."
    assert failed.status().failures == 2


def test_a_worker_counts_as_dead_only_after_the_grace_and_while_redis_is_steady(situation, lease):
    def held(expires_in: float, steady: float = 1000):
        return situation(status=RUNNING, redis={**STARTED, "leases": (lease(expires_in),)}, steady=steady)

    assert held(-7.9).orders() == []
    assert held(-300, steady=5).orders() == []
    assert held(-300, steady=5).plan().wake.at > held(0).now
    lost = held(-8.1)
    assert lost.orders() == [Dispatch(2)]
    assert (lost.status().failures, lost.condition("Running")[1]) == (1, "WorkerLost")
    assert [event.warning for event in lost.events()] == [True]


def test_an_emptied_redis_costs_a_new_attempt_that_does_not_count(situation):
    emptied = situation(status={**RUNNING, "progress": {"pagesCrawled": 5}})
    assert emptied.orders() == [Dispatch(2)]
    status = emptied.status()
    assert (status.failures, status.attempts_without_progress, status.progress) == (0, 1, None)
    assert emptied.condition("Running")[1] == "RedisEmptied"


def test_the_third_worker_lost_without_a_page_is_the_last(situation, lease):
    def lost(without_progress: int, crawled: int):
        status = {**RUNNING, "attemptsWithoutProgress": without_progress, "progress": {"pagesCrawled": 4}}
        return situation(status=status, redis={**STARTED, "leases": (lease(-9),), "counts": {"crawled": crawled}})

    assert lost(2, 4).orders() == [Dispatch(2)]
    buried, ended = lost(3, 4).orders()
    assert isinstance(buried, Bury)
    assert ended == Cancel(1, Reason.POISON_SESSION)
    assert lost(3, 5).orders() == [Dispatch(2)]


def test_a_resource_put_back_from_a_backup_goes_on_above_the_attempt_that_redis_knows(situation, lease):
    old = situation(status=RUNNING, redis={**STARTED, "attempt": 5, "leases": (lease(attempt=5),)})
    assert old.orders() == [Dispatch(6)]

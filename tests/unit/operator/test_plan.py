"""Each rule of ``plan``, one situation a row."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bughive_crds.crawl_session import Outcome, Phase
from bughive_operator.actions import (
    Acknowledge,
    Cancel,
    Dispatch,
    Expire,
    FenceOff,
    Revoke,
    Send,
    SetSignal,
    StopWork,
    WriteReport,
)
from bughive_operator.reasons import Reason
from bughive_protocol.control import Digest
from bughive_protocol.lease import Signal

NOON = "2026-06-01T12:00:00Z"
QUEUED = {"phase": "Queued", "attempt": 1, "queuedAt": NOON, "attemptsWithoutProgress": 1}
RUNNING = {**QUEUED, "phase": "Running", "activeSince": NOON, "startedAt": NOON, "worker": "worker-a"}
SENT = {"attempt": 1, "generation": 1, "sent_ago": 1.0, "sends": 1}
STARTED = {**SENT, "started_at": NOON, "updated_at": NOON}
PAGES = {"discovered": 40, "crawled": 12, "failed": 1}
BUGS = {"total": 3, "critical": 1, "low": 2}
VERDICT = {"cancelled": False, "outcome": "BugsFound", "completed_at": "2026-06-01T12:05:00Z"}
DIGEST = Digest.model_validate(
    {"content": {"session": "shop", "url": "https://shop.example/"}, "report_url": "file:///r.html"}
)


def release(reason: str, **more):
    return {"reason": reason, "attempt": 1, "epoch": 1, "at": "2026-06-01T12:01:00Z", **more}


def cancelled(reason: str):
    return {"cancelled": True, "outcome": None, "completed_at": NOON, "reason": reason}


def test_a_new_session_is_queued_and_dispatched_in_one_go(situation):
    new = situation()
    assert new.orders() == [Dispatch(1)]
    status = new.status()
    assert (status.phase, status.attempt, status.task_id) == (Phase.QUEUED, 1, "0b5c-1-0")
    assert new.condition("Accepted") == ("True", "Valid", "The spec makes sense.")
    assert new.condition("Dispatched") == ("True", "WaitingForWorker", "Attempt 1 waits for a free worker.")


def test_a_session_in_line_is_told_its_place_and_the_limit(situation):
    waiting = situation(slots=(0, 3))
    assert waiting.orders() == []
    assert waiting.status().phase is Phase.PENDING
    assert waiting.status().message == "Number 3 in line: at most 10 sessions may run at once."
    assert waiting.condition("Dispatched")[:2] == ("False", "WaitingForSlot")


def test_a_later_start_is_waited_for_and_then_kept(situation):
    early = situation({"startAt": "2026-06-01T12:10:00Z"})
    assert early.status().message == "Starts at 2026-06-01 12:10:00 UTC, as startAt asks."
    assert early.condition("Dispatched")[1] == "Scheduled"
    assert early.plan().wake.at == early.now + timedelta(minutes=10)
    assert early.later(600).orders() == [Dispatch(1)]


@pytest.mark.parametrize(
    ("redis", "orders"),
    [
        ({"attempt": 0}, [Dispatch(1)]),
        ({"attempt": 1}, [Send(1)]),
        (SENT, []),
        ({**SENT, "sent_ago": 31.0}, [Send(1)]),
        ({**SENT, "sent_ago": 31.0, "sends": 2}, []),
        ({**SENT, "sent_ago": 61.0, "sends": 2}, [Send(1)]),
        ({**SENT, "sent_ago": 119.0, "sends": 3}, []),
        ({**SENT, "sent_ago": 121.0, "sends": 3}, [Send(1)]),
    ],
    ids=["no fence", "not sent", "sent", "30 s", "second, early", "60 s", "third, early", "120 s"],
)
def test_what_a_crash_or_a_lost_message_left_undone_is_done_again(situation, redis, orders):
    assert situation(status=QUEUED, redis=redis, after=300).orders() == orders


def test_a_message_that_nobody_takes_is_told_to_the_user(situation):
    stuck = situation(status=QUEUED, redis={**SENT, "sends": 2})
    assert stuck.condition("Dispatched")[1] == "NoWorker"
    assert "Check that crawl workers are running" in stuck.status().message


def test_a_lease_makes_a_session_run_and_shows_its_progress(situation, lease):
    taken = situation(
        status=QUEUED,
        redis={**STARTED, "leases": (lease(),), "counts": PAGES, "bugs": BUGS, "current_url": "https://shop.example/a"},
    )
    status = taken.status()
    assert (status.phase, status.worker) == (Phase.RUNNING, "worker-a")
    assert (status.progress.pages, status.progress.percent) == ("12/40", 30)
    assert status.progress.current_url == "https://shop.example/a"
    assert status.message == "Crawling: 12/40 pages, 3 bugs so far."
    assert taken.condition("Running") == ("True", "Crawling", "worker-a is crawling (attempt 1).")
    later = taken.later(60, {"counts": taken.observation.redis.counts.model_copy(update={"crawled": 30})})
    assert later.status().progress.pages_per_minute == 30
    assert [action.transition for action in later.plan().actions] == [False]


def test_pages_known_are_never_more_than_may_be_crawled(situation, lease):
    counts = {"discovered": 900, "crawled": 3}
    running = situation({"scope": {"maxPages": 20}}, QUEUED, {**STARTED, "leases": (lease(),), "counts": counts})
    assert running.status().progress.pages == "3/20"


def test_a_verdict_brings_the_report_then_the_phase_then_the_acknowledgement(situation):
    redis = {**STARTED, "verdict": VERDICT, "counts": PAGES, "bugs": BUGS, "digest": DIGEST}
    done = situation(status=RUNNING, redis=redis, after=4000)
    assert done.orders() == [WriteReport(DIGEST), Acknowledge(completed=True, error=None)]
    assert [type(action).__name__ for action in done.plan().actions] == [
        "WriteReport",
        "PatchStatus",
        "Acknowledge",
        "Announce",
    ]
    status = done.status()
    assert (status.phase, status.outcome) == (Phase.COMPLETED, Outcome.BUGS_FOUND)
    assert status.message == "Crawled 12 pages and found 3 bugs (1 critical, 2 low)."
    assert (status.report_ref, status.report_url) == ("shop", "file:///r.html")
    assert (status.active_seconds, status.failures) == (300, 0)
    assert status.progress.percent == 100
    assert done.condition("Passed")[:2] == ("False", "BugsFound")
    assert done.condition("Finished")[:2] == ("True", "Completed")
    assert done.condition("Running")[:2] == ("False", "Stopped")


@pytest.mark.parametrize(("bugs", "reason"), [({"total": 0}, "NoBugs"), (BUGS, "BelowThreshold")])
def test_a_passed_session_says_whether_it_had_bugs_at_all(situation, bugs, reason):
    redis = {**STARTED, "verdict": {**VERDICT, "outcome": "Passed"}, "bugs": bugs}
    assert situation(status=RUNNING, redis=redis).condition("Passed")[:2] == ("True", reason)


@pytest.mark.parametrize(
    "spec",
    [{"cancel": True}, {"suspend": True}, {"activeDeadlineSeconds": 60}, {"queueDeadlineSeconds": 1}],
    ids=str,
)
def test_what_has_finished_stays_finished_whatever_is_asked_for_later(situation, spec):
    done = situation(spec, RUNNING, {**STARTED, "verdict": VERDICT}, after=86_400)
    assert done.status().phase is Phase.COMPLETED


def test_cancel_of_a_session_that_was_never_dispatched_needs_no_worker(situation):
    new = situation({"cancel": True})
    assert new.orders() == []
    assert (new.status().phase, new.status().outcome) == (Phase.CANCELLED, None)
    assert new.status().message == "Cancelled before any page was crawled, as spec.cancel asked."


def test_cancel_is_recorded_in_redis_then_waits_for_the_worker_then_fences_it_off(situation, lease):
    running = {**STARTED, "leases": (lease(),), "counts": PAGES}
    asked = situation({"cancel": True}, RUNNING, running)
    assert asked.orders() == [Cancel(1, Reason.CANCELLED)]
    waiting = situation({"cancel": True}, RUNNING, {**running, "verdict": cancelled("Cancelled")})
    assert waiting.orders() == []
    assert waiting.status().message == "Stopping: waiting for worker-a to let go."
    assert waiting.condition("Finished")[:2] == ("Unknown", "Stopping")
    assert waiting.later(1).plan().wake.at == waiting.now + timedelta(seconds=30)
    let_go = waiting.later(5, {"leases": ()})
    assert (let_go.status().phase, let_go.orders()) == (
        Phase.CANCELLED,
        [Acknowledge(completed=False, error="Cancelled after 12 pages, as spec.cancel asked.")],
    )
    hung = waiting.later(30)
    assert hung.orders()[:2] == [FenceOff(1), Revoke(1)]
    assert hung.status().phase is Phase.CANCELLED


def test_a_session_that_no_worker_begins_in_time_fails(situation):
    late = situation({"queueDeadlineSeconds": 60}, slots=(0, 1), after=60)
    assert late.status().phase is Phase.FAILED
    assert late.condition("Finished")[1] == "QueueDeadlineExceeded"
    queued = situation({"queueDeadlineSeconds": 60}, QUEUED, SENT, after=60)
    assert queued.orders() == [Cancel(1, Reason.QUEUE_DEADLINE_EXCEEDED)]


@pytest.mark.parametrize(
    ("spec", "status"),
    [
        ({"startAt": "2026-06-01T12:01:00Z"}, {}),
        ({"suspend": True}, {}),
        ({}, {"phase": "Suspended", "attempt": 1}),
        ({}, {"phase": "Pending", "resumedAt": "2026-06-01T12:01:30Z"}),
    ],
    ids=["startAt", "suspended", "being resumed", "resumed"],
)
def test_the_queue_deadline_counts_from_startat_and_resume_and_not_while_suspended(situation, spec, status):
    waiting = situation({"queueDeadlineSeconds": 60, **spec}, status, slots=(0, 1), after=100)
    assert waiting.status().phase in (Phase.PENDING, Phase.SUSPENDED)


def test_the_queue_deadline_is_over_once_a_worker_has_begun(situation, lease):
    running = situation({"queueDeadlineSeconds": 60}, QUEUED, {**STARTED, "leases": (lease(),)})
    requeued = running.later(100, {"leases": (), "release": running.observation.redis.release})
    assert requeued.status().phase is not Phase.FAILED
    sliced = situation(
        {"queueDeadlineSeconds": 60},
        {**running.status().model_dump(by_alias=True)},
        {**STARTED, "release": release("Slice")},
    )
    waiting = sliced.later(500)
    assert waiting.status().phase is not Phase.FAILED


def test_crawling_longer_than_allowed_fails_and_waiting_does_not_count(situation, lease):
    spec = {"activeDeadlineSeconds": 60}
    running = situation(spec, RUNNING, {**STARTED, "leases": (lease(),)}, after=59)
    assert running.orders() == []
    assert running.plan().wake.at == running.now + timedelta(seconds=1)
    over = running.later(1)
    assert over.orders() == [Cancel(1, Reason.ACTIVE_DEADLINE_EXCEEDED)]
    waiting = situation(spec, {**QUEUED, "activeSeconds": 50}, SENT, after=10_000)
    assert waiting.orders() == []


def test_suspend_asks_the_worker_and_is_done_when_it_has_let_go(situation, lease):
    running = {**STARTED, "leases": (lease(),), "counts": PAGES}
    asked = situation({"suspend": True}, RUNNING, running, after=60)
    assert asked.orders() == [SetSignal(1, Signal.SUSPEND)]
    waiting = situation({"suspend": True}, RUNNING, {**running, "signal": "suspend"}, after=60)
    assert waiting.status().message == "Suspending: waiting for worker-a to hand over its pages."
    done = waiting.later(3, {"leases": (), "release": None, "started_at": waiting.now, "updated_at": waiting.now})
    assert done.status().phase is Phase.SUSPENDED
    assert done.status().message == "Suspended after 12 pages. Set spec.suspend to false to go on."
    assert done.later(1).plan().actions == ()
    hung = waiting.later(30)
    assert (hung.orders(), hung.status().phase) == ([FenceOff(1), Revoke(1)], Phase.SUSPENDED)


def test_resume_begins_a_new_attempt_through_the_line(situation):
    suspended = {"phase": "Suspended", "attempt": 1, "suspendedAt": NOON}
    resumed = situation(status=suspended, redis={**SENT, "signal": "suspend"}, after=100)
    assert resumed.orders() == [Dispatch(2)]
    assert resumed.status().resumed_at == resumed.now
    in_line = situation(status=suspended, redis={**SENT, "signal": "suspend"}, slots=(1, 2))
    assert (in_line.status().phase, in_line.status().suspended_at) == (Phase.PENDING, None)


def test_a_suspension_that_is_taken_back_in_time_changes_nothing(situation, lease):
    regretted = situation(status=RUNNING, redis={**STARTED, "leases": (lease(),), "signal": "suspend"})
    assert regretted.orders() == [SetSignal(1, Signal.RUN)]


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
    sliced = situation(status=RUNNING, redis={**STARTED, "release": release("Slice")}, slots=(1, 2))
    assert sliced.condition("Dispatched")[1] == "WaitingForSlot"
    drained = situation(status=RUNNING, redis={**STARTED, "release": release("Drain")}, slots=(0, 5))
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
    assert lost(3, 4).orders() == [Cancel(1, Reason.POISON_SESSION)]
    assert lost(3, 5).orders() == [Dispatch(2)]


def test_a_resource_put_back_from_a_backup_goes_on_above_the_attempt_that_redis_knows(situation, lease):
    old = situation(status=RUNNING, redis={**STARTED, "attempt": 5, "leases": (lease(attempt=5),)})
    assert old.orders() == [Dispatch(6)]


def test_redis_away_freezes_everything(situation):
    for status in (QUEUED, RUNNING, {"phase": "Pending"}):
        frozen = situation({"cancel": True, "queueDeadlineSeconds": 1}, status, away=True, after=900)
        assert frozen.plan().actions == ()
    new = situation(away=True)
    assert (new.status().phase, new.condition("Dispatched")[1]) == (Phase.PENDING, "RedisUnavailable")


def test_a_spec_that_cannot_be_read_fails_and_says_where(situation):
    fine = situation()
    resource = replace(fine.observation.resource, spec=None, spec_error="spec.shards: unknown")
    odd = replace(fine, observation=replace(fine.observation, resource=resource))
    assert odd.status().phase is Phase.FAILED
    assert odd.condition("Accepted")[:2] == ("False", "InvalidSpec")
    assert "spec.shards: unknown" in odd.status().message


def test_a_finished_session_is_deleted_when_its_time_is_over(situation):
    status = situation(status=RUNNING, redis={**STARTED, "verdict": VERDICT}).status()
    kept = {**status.model_dump(by_alias=True)}
    redis = {**STARTED, "verdict": VERDICT, "acknowledged": True}
    early = situation({"ttlSecondsAfterFinished": 60}, kept, redis, after=59)
    assert (early.orders(), early.plan().wake.at) == ([], early.now + timedelta(seconds=1))
    assert early.later(1).orders() == [Expire()]
    assert situation({}, kept, redis, after=10**7).plan().actions == ()


def test_a_partial_report_that_comes_late_is_added(situation):
    status = situation({"cancel": True}, RUNNING, {**STARTED, "verdict": cancelled("Cancelled")}).status()
    redis = {**STARTED, "verdict": cancelled("Cancelled"), "acknowledged": True, "digest": DIGEST}
    late = situation({"cancel": True}, status.model_dump(by_alias=True), redis, after=60)
    assert late.orders() == [WriteReport(DIGEST)]
    assert (late.status().phase, late.status().report_ref) == (Phase.CANCELLED, "shop")


def test_a_crash_before_the_acknowledgement_is_repaired(situation):
    redis = {**STARTED, "verdict": VERDICT}
    status = situation(status=RUNNING, redis=redis).status()
    again = situation(status=status.model_dump(by_alias=True), redis=redis)
    assert again.plan().actions == (Acknowledge(completed=True, error=None),)


def test_deletion_stops_the_work_and_nothing_else(situation, lease):
    deleting = situation({"cancel": True}, RUNNING, {**STARTED, "leases": (lease(),)}, deleting=True)
    assert deleting.plan().actions == (StopWork(1),)
    assert situation(deleting=True).plan().actions == ()
    assert situation(deleting=True, away=True).plan().wake is not None


def test_a_change_of_the_spec_is_answered_with_its_generation(situation):
    suspended = {"phase": "Suspended", "attempt": 1, "observedGeneration": 1}
    changed = situation({"suspend": True, "priority": "High"}, suspended, SENT, generation=2)
    assert changed.status().observed_generation == 2
    assert changed.events() == []


def test_a_conditions_time_moves_only_with_its_value(situation):
    queued = situation(status=QUEUED, redis=SENT)
    sent_again = queued.later(60, {"sends": 2})
    times = {c.reason: c.last_transition_time for c in sent_again.status().conditions}
    assert times["NoWorker"] == queued.now

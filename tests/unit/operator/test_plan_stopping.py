"""How a session ends, is paused and goes: one situation a row."""

from datetime import timedelta

import pytest
from fixtures.session_states import (
    BUGS,
    DIGEST,
    NOON,
    PAGES,
    QUEUED,
    RUNNING,
    SENT,
    STARTED,
    VERDICT,
    cancelled,
    release,
)

from bughive_crds.crawl_session import Outcome, Phase
from bughive_operator.actions import (
    Acknowledge,
    Cancel,
    Dispatch,
    Expire,
    FenceOff,
    Revoke,
    SetSignal,
    StopWork,
    WriteReport,
)
from bughive_operator.reasons import Reason
from bughive_protocol.frontier import Counts
from bughive_protocol.lease import Signal


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
    assert status.message == (
        "Crawled 12 pages and found 3 bugs (1 critical, 2 low). scope.maxPages was reached, 28 known pages not "
        "visited. By rule 1 page left out; the report says which."
    )
    assert (status.report_ref, status.report_url) == ("shop", "file:///r.html")
    assert (status.active_seconds, status.failures) == (300, 0)
    assert status.progress.percent == 100
    assert done.condition("Passed")[:2] == ("False", "BugsFound")
    assert done.condition("Finished")[:2] == ("True", "Completed")
    assert done.condition("Running")[:2] == ("False", "Stopped")


def test_the_message_tells_of_pages_that_were_reused(situation):
    redis = {**STARTED, "verdict": VERDICT, "counts": {**PAGES, "reused": 9}, "bugs": BUGS, "digest": DIGEST}
    status = situation(status=RUNNING, redis=redis, after=4000).status()
    assert status.progress.pages_reused == 9
    assert status.message.startswith(
        "Crawled 12 pages and found 3 bugs (1 critical, 2 low). "
        "9 pages unchanged since an earlier session, whose findings were reused. "
    )


def test_status_and_message_tell_what_a_language_model_cost_and_why_it_was_asked_no_more(situation):
    asked = {"pages": 3, "calls": 4, "usd": 0.01239, "stopped": "NoKey", "message": "no key is configured."}
    redis = {**STARTED, "verdict": VERDICT, "counts": {**PAGES, "analysis": asked}, "bugs": BUGS, "digest": DIGEST}
    status = situation(status=RUNNING, redis=redis, after=4000).status()
    assert status.analysis.model_dump(exclude_unset=True) == asked
    assert "Language model: asked about 3 pages, 0.0124 USD; no key is configured." in status.message
    unasked = {"stopped": "NoKey", "message": "no key is configured."}
    told = situation(status=RUNNING, redis={**redis, "counts": {**PAGES, "analysis": unasked}}, after=4000).status()
    assert told.message.endswith("Language model: no key is configured.")
    without = situation(status=RUNNING, redis={**redis, "counts": PAGES}, after=4000).status()
    assert without.analysis is None
    assert "Language model" not in without.message


def test_what_a_language_model_cost_is_shown_while_the_session_runs_and_outlives_redis(situation):
    redis = {**STARTED, "counts": {**PAGES, "analysis": {"pages": 1, "calls": 1, "usd": 0.5}}}
    running = situation(status=RUNNING, redis=redis, after=4000)
    assert running.status().analysis.usd == 0.5
    emptied = running.later(60, {"counts": Counts()})
    assert emptied.status().analysis.usd == 0.5


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
    late = situation({"queueDeadlineSeconds": 60}, place=1, after=60)
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
    waiting = situation({"queueDeadlineSeconds": 60, **spec}, status, place=1, after=100)
    assert waiting.status().phase in (Phase.PENDING, Phase.SUSPENDED)


def test_the_queue_deadline_is_over_once_a_worker_has_begun(situation):
    redis = {**STARTED, "release": release("Slice")}
    sliced = situation({"queueDeadlineSeconds": 60}, RUNNING, redis, place=1, after=100)
    assert sliced.status().phase is Phase.PENDING
    waiting = sliced.later(500)
    assert (waiting.orders(), waiting.status().phase) == ([], Phase.PENDING)


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
    in_line = situation(status=suspended, redis={**SENT, "signal": "suspend"}, place=2)
    assert (in_line.status().phase, in_line.status().suspended_at) == (Phase.PENDING, None)


def test_a_suspension_that_is_taken_back_in_time_changes_nothing(situation, lease):
    regretted = situation(status=RUNNING, redis={**STARTED, "leases": (lease(),), "signal": "suspend"})
    assert regretted.orders() == [SetSignal(1, Signal.RUN)]


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

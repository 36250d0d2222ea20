import pytest

from bughive_crds.crawl_session import Outcome
from bughive_protocol.control import DispatchOrder
from bughive_protocol.lease import ReleaseReason, Signal
from bughive_protocol.lease_store import LeaseStore
from bughive_protocol.messages import crawl_task_id
from bughive_protocol.session_manager import SessionManager
from bughive_protocol.state import SessionStatus


def test_a_session_is_crawled_concluded_and_gets_its_verdict(lab) -> None:
    lab.start_worker()
    session_id = lab.start("pages", max_pages=7)
    lab.wait("the verdict", lambda: lab.observe(session_id).verdict)
    seen = lab.observe(session_id)
    assert seen.verdict.outcome is Outcome.PASSED
    assert not seen.verdict.cancelled
    assert seen.digest.content.pages.crawled == 7
    assert seen.counts.crawled == 7
    assert seen.leases == ()
    state = SessionManager(lab.client, lab.keys).get_session_state(session_id)
    assert state.status is SessionStatus.COMPLETED
    assert state.summary["pages"]["crawled"] == 7


def test_five_copies_of_a_message_are_one_crawl(lab) -> None:
    session_id = lab.dispatch("pages?seconds=0.2")
    for _ in range(5):
        lab.send(session_id)
    lab.start_worker(concurrency=2)
    lab.wait("the verdict", lambda: lab.observe(session_id).verdict)
    lab.wait("the queue is empty", lambda: lab.client.llen(f"{lab.prefix}:celery:crawl") == 0)
    assert {note.epoch for note in lab.notes(session_id)} == {1}
    recorded = [note.what for note in lab.noted(session_id, "recorded")]
    assert len(recorded) == len(set(recorded)) == 10
    assert len(lab.noted(session_id, "concluded")) == 1


@pytest.mark.parametrize("why", ["STALE", "DONE", "CANCELLED", "SUSPENDED", "HELD"])
def test_a_message_that_no_longer_holds_is_dropped(why: str, lab) -> None:
    session_id = lab.dispatch("noop")
    sent_attempt = 1
    match why:
        case "STALE":
            lab.dispatch("noop", session_id, attempt=2)
        case "DONE":
            store = LeaseStore(lab.client, lab.keys)
            taken = store.acquire(session_id, 1, 0, "another/1")
            store.release(taken.fence, ReleaseReason.SLICE)
        case "CANCELLED":
            assert lab.control(lambda control: control.signal(session_id, 1, 2, Signal.CANCEL))
        case "SUSPENDED":
            assert lab.control(lambda control: control.signal(session_id, 1, 2, Signal.SUSPEND))
        case "HELD":
            LeaseStore(lab.client, lab.keys, ttl_seconds=60).acquire(session_id, 1, 0, "another/1")
    task_id = lab.send(session_id, sent_attempt)
    lab.start_worker()
    assert lab.result(task_id) == why
    assert lab.notes(session_id) == []


@pytest.mark.parametrize(
    ("act", "error", "permanent", "message"),
    [
        ("unreachable", "SiteUnreachable", False, "script.test refuses connections"),
        ("refused", "EgressRefused", True, "script.test is private; add it to BUGHIVE_EGRESS_ALLOW_HOSTS"),
        ("broken", "ZeroDivisionError", False, "ZeroDivisionError: a defect"),
    ],
)
def test_an_error_is_released_and_says_whether_to_try_again(
    act: str, error: str, permanent: bool, message: str, lab
) -> None:
    lab.start_worker()
    session_id = lab.start(act)
    lab.wait("the release", lambda: lab.observe(session_id).release)
    release = lab.observe(session_id).release
    assert release.reason is ReleaseReason.ERROR
    assert (release.error, release.permanent, release.message) == (error, permanent, message)


def test_a_spec_from_the_future_is_a_permanent_error_that_says_so(lab) -> None:
    spec = '{"url": "http://script.test/noop", "telepathy": true}'
    order = DispatchOrder("from-the-future", "shop", "future", 1, 1, spec)
    assert lab.control(lambda control: control.dispatch(order))
    lab.send("from-the-future")
    lab.start_worker()
    lab.wait("the release", lambda: lab.observe("from-the-future").release)
    release = lab.observe("from-the-future").release
    assert release.permanent
    assert "older than the operator" in release.message


def test_a_slice_hands_over_and_the_next_attempt_goes_on_where_it_stopped(lab) -> None:
    lab.start_worker(BUGHIVE_SLICE_SECONDS="1")
    session_id = lab.start("pages?seconds=0.2", max_pages=12)
    attempt = 1
    while lab.observe(session_id).verdict is None and attempt < 12:
        lab.wait("the end of the slice", lambda: lab.observe(session_id).release or lab.observe(session_id).verdict)
        if lab.observe(session_id).verdict:
            break
        seen = lab.observe(session_id)
        assert seen.release.reason is ReleaseReason.SLICE
        assert seen.counts.claimed == 0
        attempt += 1
        lab.go_on(session_id, "pages?seconds=0.2", attempt, max_pages=12)
    assert attempt > 2
    recorded = [note.what for note in lab.noted(session_id, "recorded")]
    assert len(recorded) == len(set(recorded)) == 12


def test_the_task_says_how_it_ended(lab) -> None:
    lab.start_worker()
    session_id = lab.start("noop")
    assert lab.result(crawl_task_id(session_id, 1, 0)) == "Finished"

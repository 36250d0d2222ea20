"""Workers that are told to stop, a session or themselves."""

import json
import signal
import time

import pytest

from bughive_protocol.lease import ReleaseReason, Signal

STOPS_WITHIN = 7.5
LEAVES_WITHIN = 25.0


@pytest.mark.parametrize(
    ("asked", "reason"), [(Signal.CANCEL, ReleaseReason.CANCEL), (Signal.SUSPEND, ReleaseReason.SUSPEND)]
)
def test_a_signal_of_the_operator_stops_the_crawl_soon(asked: Signal, reason: ReleaseReason, lab) -> None:
    lab.start_worker()
    session_id = lab.start("pages?seconds=0.1", max_pages=2000)
    lab.wait("some pages", lambda: len(lab.noted(session_id, "recorded")) > 5)
    assert lab.control(lambda control: control.signal(session_id, 1, 2, asked))
    asked_at = time.time()
    lab.wait("the release", lambda: lab.observe(session_id).release, seconds=15)
    seen = lab.observe(session_id)
    assert seen.release.reason is reason
    assert seen.leases == ()
    assert seen.counts.claimed == 0
    assert lab.noted(session_id, "visited")[-1].at - asked_at < STOPS_WITHIN


def test_a_cancelled_session_leaves_a_partial_report(lab) -> None:
    lab.start_worker()
    session_id = lab.start("pages?seconds=0.1", max_pages=2000)
    lab.wait("some pages", lambda: len(lab.noted(session_id, "recorded")) > 5)
    verdict = lab.control(lambda control: control.cancel(session_id, 1, 2, "Cancelled"))
    assert verdict.cancelled
    lab.wait("the release", lambda: lab.observe(session_id).release, seconds=15)
    seen = lab.observe(session_id)
    assert seen.verdict == verdict
    assert seen.digest.content.partial
    assert seen.digest.content.pages.crawled == seen.counts.crawled


def test_sigterm_hands_every_session_over_and_the_worker_leaves(lab) -> None:
    worker = lab.start_worker(concurrency=2)
    sessions = [lab.start("pages?seconds=0.1", max_pages=2000) for _ in range(2)]
    for session_id in sessions:
        lab.wait("some pages", lambda session_id=session_id: len(lab.noted(session_id, "recorded")) > 5)
    assert worker.terminate(within=LEAVES_WITHIN) < LEAVES_WITHIN
    assert worker.process.returncode == 0
    for session_id in sessions:
        seen = lab.observe(session_id)
        assert seen.release.reason is ReleaseReason.DRAIN
        assert seen.counts.claimed == 0
        assert seen.leases == ()
    assert lab.client.hlen(f"{lab.prefix}:celery:unacked:crawl") == 0


def test_another_worker_goes_on_after_a_drain(lab) -> None:
    worker = lab.start_worker()
    session_id = lab.start("pages?seconds=0.1", max_pages=40)
    lab.wait("some pages", lambda: len(lab.noted(session_id, "recorded")) > 5)
    worker.terminate(within=LEAVES_WITHIN)
    lab.start_worker()
    lab.go_on(session_id, "pages?seconds=0.01", attempt=2, max_pages=40)
    lab.wait("the verdict", lambda: lab.observe(session_id).verdict)
    recorded = [note.what for note in lab.noted(session_id, "recorded")]
    assert len(recorded) == len(set(recorded)) == 40


@pytest.mark.parametrize("act", ["deaf", "hang"])
def test_sigterm_ends_a_worker_whose_crawl_does_not_listen(act: str, lab) -> None:
    worker = lab.start_worker()
    session_id = lab.start(act)
    lab.wait("the crawl", lambda: lab.noted(session_id, "began"))
    assert worker.terminate(within=LEAVES_WITHIN + 3) < LEAVES_WITHIN + 1
    assert lab.observe(session_id).release.reason is ReleaseReason.DRAIN


def test_an_idle_worker_leaves_at_once(lab) -> None:
    worker = lab.start_worker()
    lab.wait("the worker is up", lab.health_file.exists)
    assert worker.terminate(within=LEAVES_WITHIN) < 10
    assert worker.process.returncode == 0
    assert not lab.health_file.exists()


def test_a_soft_limit_or_a_revoke_ends_the_turn_and_the_child_lives_on(lab) -> None:
    worker = lab.start_worker()
    session_id = lab.start("deaf")
    lab.wait("the crawl", lambda: lab.noted(session_id, "began"))
    child = worker.children()[0]
    child.send_signal(signal.SIGUSR1)  # both arrive as this signal
    lab.wait("the release", lambda: lab.observe(session_id).release, seconds=15)
    release = lab.observe(session_id).release
    assert (release.reason, release.error, release.permanent) == (ReleaseReason.ERROR, "SoftTimeLimitExceeded", False)
    again = lab.start("noop")
    lab.wait("the verdict of the next session", lambda: lab.observe(again).verdict)
    assert worker.children()[0].pid == child.pid


def test_a_session_that_was_deleted_is_left_without_an_error(lab) -> None:
    worker = lab.start_worker()
    session_id = lab.start("deaf")
    lab.wait("the crawl", lambda: lab.noted(session_id, "began"))
    lab.control(lambda control: control.delete(session_id))
    worker.children()[0].send_signal(signal.SIGUSR1)  # the operator revokes the task then
    lab.wait("the session is left", lambda: "session left" in worker.log.read_text(), seconds=15)
    lines = [json.loads(line) for line in worker.log.read_text().splitlines() if line.startswith("{")]
    said = [line for line in lines if line.get("session_id") == session_id]
    assert {line["level"] for line in said} == {"info"}
    assert said[-2]["event"] == "the session was deleted or is another's; nothing to release"
    assert "Traceback" not in worker.log.read_text()

"""The path of a session through the real parts: API server, Redis, broker; only the crawl is scripted."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest

from bughive_crds.crawl_session import Outcome
from bughive_protocol.lease import BeatResult, ReleaseReason

pytestmark = pytest.mark.usefixtures("operator")


def conditions(status):
    return {c["type"]: (c["status"], c["reason"]) for c in status["conditions"]}


async def test_a_session_is_queued_runs_and_completes_with_a_report(users, worker, control, eventually):
    uid = await users.apply()
    queued = await users.phase("Queued")
    assert queued["taskID"] == f"{uid}-1-0"
    turn = await worker.take()
    assert turn.spec["url"] == "http://127.0.0.1:1/"
    await turn.crawl("a", "b")
    running = await users.phase("Running", worker="worker-a")
    assert conditions(running)["Running"] == ("True", "Crawling")
    await turn.finish(Outcome.BUGS_FOUND)
    done = await users.phase("Completed", outcome="BugsFound", reportRef="shop")
    assert done["progress"]["pages"] == "2/2"
    assert done["reportURL"] == "file:///reports/report.html"
    report = json.loads(await users.kubectl("get", "crawlreport", "shop", "-o", "json"))
    assert report["metadata"]["ownerReferences"][0]["uid"] == uid
    assert report["metadata"]["annotations"]["bughive.dev/reports-service"] == "bughive/bughive-operator:reports"
    assert report["report"]["url"] == turn.spec["url"]

    async def acknowledged():
        return (await control.observe([uid]))[0].acknowledged

    await eventually(acknowledged, "Redis knows that the end is shown")


async def test_events_tell_of_each_transition_once(users, worker, eventually):
    await users.apply()
    turn = await worker.take()
    await users.phase("Running")
    await turn.finish()
    await users.phase("Completed")

    async def reasons():
        events = json.loads(await users.kubectl("get", "events", "-o", "json"))["items"]
        return sorted(event["reason"] for event in events) == ["Completed", "Queued", "Running"]

    await eventually(reasons, "three events, one for each phase")


async def test_progress_is_shown_while_the_crawl_goes_on(users, worker):
    await users.apply()
    turn = await worker.take()
    await turn.crawl("a")
    first = await users.phase("Running")
    assert first["message"].startswith("Crawling: ")
    await turn.crawl("b", "c")
    await users.phase("Running", message="Crawling: 3/3 pages, no bugs so far.")


async def test_a_suspended_session_keeps_its_pages_and_goes_on_when_it_is_resumed(users, worker):
    await users.apply()
    turn = await worker.take()
    await turn.crawl("a")
    await users.phase("Running")
    await users.change(suspend=True)
    await asyncio.to_thread(beaten, turn, BeatResult.SUSPEND)
    turn.release(ReleaseReason.SUSPEND)
    suspended = await users.phase("Suspended")
    assert suspended["message"] == "Suspended after 1 page. Set spec.suspend to false to go on."
    await users.change(suspend=False)
    second = await worker.take()
    assert second.fence.attempt == 2
    await second.crawl("a", "b")
    await second.finish()
    done = await users.phase("Completed")
    assert (done.get("failures", 0), done["progress"]["pages"]) == (0, "2/2")
    assert conditions(done)["Suspended"] == ("False", "Resumed")


async def test_a_worker_that_ignores_suspend_is_fenced_off(users, worker):
    await users.apply()
    turn = await worker.take()
    await users.phase("Running")
    await users.change(suspend=True)
    await users.phase("Suspended")
    assert turn.beat() is BeatResult.LOST


async def test_cancel_ends_a_running_session_once_its_worker_has_let_go(users, worker):
    await users.apply()
    turn = await worker.take()
    await turn.crawl("a")
    await users.phase("Running")
    await users.change(cancel=True)
    await asyncio.to_thread(beaten, turn, BeatResult.CANCEL)
    await users.phase("Running", message="Stopping: waiting for worker-a to let go.")
    turn.release(ReleaseReason.CANCEL)
    cancelled = await users.phase("Cancelled")
    assert "outcome" not in cancelled
    assert conditions(cancelled)["Finished"] == ("True", "Cancelled")


async def test_deleting_a_session_stops_its_work(users, worker, control, eventually):
    uid = await users.apply()
    turn = await worker.take()
    await users.phase("Running")
    await users.delete()

    async def stopped():
        return turn.beat() is BeatResult.LOST and uid not in await control.stored_sessions()

    await eventually(stopped, "the lease is lost and Redis is clean", seconds=10)


async def test_a_dead_workers_session_is_taken_over(users, worker):
    await users.apply()
    dead = await worker.take(lease_seconds=0.5)
    await dead.crawl("a")
    second = await worker.take()
    assert (second.fence.attempt, second.fence.session_id) == (2, dead.fence.session_id)
    taken_over = await users.phase("Running", attempt=2)
    assert taken_over["failures"] == 1


async def test_an_error_waits_and_the_last_one_fails_the_session_in_the_errors_words(users, worker):
    await users.apply(backoffLimit=1)
    (await worker.take()).release(ReleaseReason.ERROR, "127.0.0.1 refused the connection", error="SiteUnreachable")
    second = await worker.take()
    await users.phase("Running", attempt=2, failures=1)
    second.release(ReleaseReason.ERROR, "127.0.0.1 refused the connection", error="SiteUnreachable")
    failed = await users.phase("Failed", outcome="Error", failures=2)
    assert conditions(failed)["Finished"] == ("True", "SiteUnreachable")
    assert failed["message"] == "Failed after 2 attempts: 127.0.0.1 refused the connection."


async def test_a_permanent_error_fails_at_once(users, worker):
    await users.apply()
    turn = await worker.take()
    turn.release(ReleaseReason.ERROR, "10.0.0.1 is private", permanent=True, error="EgressRefused")
    failed = await users.phase("Failed")
    assert conditions(failed)["Finished"] == ("True", "EgressRefused")


async def test_a_lost_message_is_sent_again_and_the_user_is_told(users, worker, eventually):
    await users.apply()
    first, second = await worker.message(), await worker.message()
    assert first == second

    async def told():
        return conditions(await users.phase("Queued", attempt=1))["Dispatched"] == ("True", "NoWorker")

    await eventually(told, "the user is told that nobody takes it")


async def test_a_later_start_is_waited_for(users, worker):
    at = datetime.now(UTC) + timedelta(seconds=3)
    await users.apply(startAt=at.isoformat())
    waiting = await users.phase("Pending")
    assert conditions(waiting)["Dispatched"] == ("False", "Scheduled")
    await worker.take()
    assert datetime.now(UTC) >= at - timedelta(seconds=1)


async def test_a_finished_session_goes_when_its_time_is_over(users, worker, eventually):
    await users.apply(ttlSecondsAfterFinished=1)
    await (await worker.take()).finish()

    async def gone():
        return not await users.list()

    await eventually(gone, "the session is deleted")


async def test_a_session_that_no_worker_takes_fails_at_its_queue_deadline(users):
    await users.apply(queueDeadlineSeconds=1)
    failed = await users.phase("Failed")
    assert conditions(failed)["Finished"] == ("True", "QueueDeadlineExceeded")


def beaten(turn, expected):
    """Beat until the operator's wish has come through."""
    while turn.beat() is not expected:
        pass

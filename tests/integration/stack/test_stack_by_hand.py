"""What a user does with kubectl, and what kubectl then says, on the real thing."""

from datetime import UTC, datetime, timedelta

import pytest

from bughive_crds.crawl_session import Phase
from bughive_dev.ports import free_ports

pytestmark = pytest.mark.timeout(240)
STOPS_SECONDS = 10.0


def conditions(status) -> dict[str, tuple[str, str]]:
    return {each.type: (each.status, each.reason) for each in status.conditions}


def test_a_suspended_session_goes_on_where_it_was_and_meanwhile_two_others_run_at_once(installation) -> None:
    uid = installation.begin("paused")
    installation.change("paused", suspend=True)
    paused = installation.wait_for("paused", Phase.SUSPENDED)
    kept = installation.recorded(uid)
    assert paused.message == f"Suspended after {kept} pages. Set spec.suspend to false to go on."
    assert not installation.leased(uid)

    twins = ["twin-a", "twin-b"]
    for twin in twins:
        installation.apply(twin)
    installation.wait("both crawl", lambda: all(installation.status(twin).phase is Phase.RUNNING for twin in twins))
    outcomes = [installation.outcome(uid_of(installation, twin)) for twin in twins if completed(installation, twin)]
    assert len(outcomes) == 2
    assert outcomes[0] == outcomes[1]

    assert installation.recorded(uid) == kept
    installation.change("paused", suspend=False)
    done = installation.wait_for("paused", Phase.COMPLETED)
    assert (done.attempt, done.failures) == (2, 0)
    assert conditions(done)["Suspended"] == ("False", "Resumed")
    assert installation.outcome(uid) == outcomes[0]


def completed(installation, name: str) -> bool:
    return installation.wait_for(name, Phase.COMPLETED).attempt == 1


def uid_of(installation, name: str) -> str:
    return installation.kubectl("get", "crawlsession", name, "-o", "jsonpath={.metadata.uid}")


def test_a_cancelled_session_stops_and_keeps_what_it_found(installation) -> None:
    uid = installation.begin("unwanted")
    installation.change("unwanted", cancel=True)
    installation.wait("the worker lets go", lambda: not installation.leased(uid), STOPS_SECONDS)
    cancelled = installation.wait_for("unwanted", Phase.CANCELLED)
    crawled = installation.recorded(uid)
    assert cancelled.outcome is None
    assert cancelled.message == f"Cancelled after {crawled} pages, as spec.cancel asked."
    assert conditions(cancelled)["Finished"] == ("True", "Cancelled")
    table = installation.kubectl("get", "crawlreports")
    assert "unwanted" in table


def test_a_deleted_session_stops_at_once_without_a_trace_or_a_complaint(installation) -> None:
    uid = installation.begin("deleted")
    installation.kubectl("delete", "crawlsession", "deleted")
    installation.wait("Redis is clean", lambda: not installation.stored(uid), STOPS_SECONDS)
    installation.wait("the worker lets go", lambda: left(installation, uid), STOPS_SECONDS)
    assert not installation.leased(uid)
    assert not installation.stored(uid)
    lines = installation.log_lines("worker-crawl")
    told = [line for line in lines if line.get("session_id") == uid]
    assert {line["level"] for line in told} == {"info"}


def left(installation, uid: str) -> bool:
    lines = installation.log_lines("worker-crawl")
    return any(line.get("session_id") == uid and line["event"] == "session left" for line in lines)


def test_a_session_waits_for_its_start_and_says_when_that_is(installation) -> None:
    start_at = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=8)
    installation.apply("later", startAt=start_at.isoformat(), scope={"maxPages": 1})
    waiting = installation.wait_for("later", Phase.PENDING)
    assert f"{start_at:%H:%M:%S} UTC" in waiting.message
    assert conditions(waiting)["Dispatched"] == ("False", "Scheduled")
    done = installation.wait_for("later", Phase.COMPLETED)
    assert done.started_at >= start_at


def test_a_host_that_cannot_be_reached_is_named_with_what_comes_next(installation) -> None:
    host = f"127.0.0.1:{free_ports(1)[0]}"
    installation.apply("nobody", url=f"http://{host}/", backoffLimit=0)
    failed = installation.wait_for("nobody", Phase.FAILED)
    assert host in failed.message
    assert "refuses connections" in failed.message
    assert conditions(failed)["Finished"] == ("True", "SiteUnreachable")


def test_what_kubectl_shows_makes_sense_to_a_stranger(installation) -> None:
    installation.apply("shown", scope={"maxPages": 3}, browser={"requestsPerSecond": 50})
    installation.wait_for("shown", Phase.COMPLETED)
    header, row = installation.kubectl("get", "crawlsession", "shown").splitlines()
    assert header.split() == ["NAME", "PHASE", "PAGES", "BUGS", "CRITICAL", "OUTCOME", "AGE"]
    assert row.split()[:3] == ["shown", "Completed", "3/3"]
    told = installation.kubectl("describe", "crawlsession", "shown")
    assert "Crawled 3 pages and found" in told
    for reason in ("Queued", "Running", "Completed"):
        assert f"Normal  {reason}" in told, "an event for each transition"
    wide = installation.kubectl("get", "crawlsession", "shown", "-o", "wide")
    assert installation.site in wide

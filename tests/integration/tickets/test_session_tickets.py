"""From what a finished session left in Redis to tickets at the service, whoever works on it and however often."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from services.linear import RATELIMITED
from services.scripted import Fault

from bughive_crds.model import Severity
from bughive_protocol.artifact_settings import ArtifactSettings
from bughive_protocol.artifact_store import ArtifactStore
from bughive_protocol.control import KEEP_SECONDS, SessionControl
from bughive_protocol.errors import IntegrationPaused, IntegrationUnavailable
from bughive_protocol.finding import Confidence, Finding
from bughive_protocol.ticket_record import TicketOutcome, TicketRecords, TrackerName
from bughive_worker.tickets.finished_session import read_finished
from bughive_worker.tickets.lock import alone
from bughive_worker.tickets.pause import heeding
from bughive_worker.tickets.plan import Rules
from bughive_worker.tickets.session_tickets import SessionTickets

from .conftest import PICTURE, REPORT

SPEC = {"tickets": {"linear": {"teamKey": "WEB"}}}
RULES = Rules(Severity.HIGH, 10)


def bug(number: int, severity: Severity = Severity.HIGH, **more) -> Finding:
    told = {
        "fingerprint": f"{number:016x}",
        "kind": "broken-link",
        "severity": severity,
        "confidence": Confidence.CERTAIN,
        "title": f"Bug {number}",
        "url": f"https://shop.example/{number}",
    }
    return Finding.model_validate({**told, **more})


@pytest.fixture
def tickets_of(client, keys, store, linear_tracker, github_tracker):
    """Makes a worker's handle on a session's tickets."""

    async def make(session_id: str, name: TrackerName = TrackerName.LINEAR) -> SessionTickets:
        session = await read_finished(client, keys, session_id)
        assert session is not None
        tracker = linear_tracker() if name is TrackerName.LINEAR else github_tracker()
        return SessionTickets(client, keys, lambda: store, session, name, tracker)

    return make


@pytest.fixture
def settle_all(tickets_of):
    """Lets one worker open a session's tickets."""

    async def settle(session_id: str, rules: Rules = RULES) -> Sequence[str]:
        chosen = await (await tickets_of(session_id)).choose(rules)
        for fingerprint in chosen:
            await (await tickets_of(session_id)).settle(fingerprint)
        return chosen

    return settle


async def outcomes(client, keys, session_id: str) -> dict[str, TicketOutcome]:
    records = await TicketRecords(client, keys).all(session_id)
    return {record.fingerprint: record.outcome for record in records}


async def test_the_worst_bugs_of_a_session_become_tickets_with_pictures(
    linear, finished, settle_all, client, keys
) -> None:
    found = [bug(1), bug(2, Severity.CRITICAL), bug(3, Severity.LOW), bug(4, ignored="theirs")]
    session_id = await finished(found, SPEC, pictured=[found[1].fingerprint])
    await settle_all(session_id)
    issues = linear.workspace.issues_
    assert [(issue.title, issue.priority) for issue in issues] == [("Bug 2", 1), ("Bug 1", 2)]
    assert list(linear.workspace.files.values()) == [PICTURE]
    assert "uploads.linear.example" in issues[0].description
    assert f"in the crawl `shop/nightly` (report: <{REPORT}>)" in issues[0].description
    records = {record.fingerprint: record for record in await TicketRecords(client, keys).all(session_id)}
    assert (records[found[0].fingerprint].name, records[found[0].fingerprint].url) == ("WEB-2", issues[1].url)
    assert set(await outcomes(client, keys, session_id)) == {found[0].fingerprint, found[1].fingerprint}


async def test_a_worker_that_has_not_the_pictures_directory_opens_the_ticket_without_its_picture(
    linear, finished, linear_tracker, client, keys, tmp_path
) -> None:
    session_id = await finished([bug(1)], SPEC, pictured=[bug(1).fingerprint])
    session = await read_finished(client, keys, session_id)
    assert session is not None
    missing = ArtifactSettings.model_construct(artifact_url=(tmp_path / "not-mounted").as_uri())
    name, tracker = TrackerName.LINEAR, linear_tracker()
    tickets = SessionTickets(client, keys, lambda: ArtifactStore(missing), session, name, tracker)
    await tickets.settle(bug(1).fingerprint)
    assert [issue.title for issue in linear.workspace.issues_] == ["Bug 1"]
    assert linear.workspace.files == {}


@pytest.mark.parametrize(
    "sent",
    [
        {"auth": {"type": "Form", "secretRef": {"name": "login"}}},
        {"browser": {"headers": {"X-Gate-Token": "open-sesame"}}},
    ],
    ids=["login", "header"],
)
async def test_a_session_that_sends_secrets_opens_tickets_without_pictures(linear, finished, settle_all, sent) -> None:
    found = [bug(1)]
    await settle_all(await finished(found, {**SPEC, **sent}, pictured=[found[0].fingerprint]))
    assert [issue.title for issue in linear.workspace.issues_] == ["Bug 1"]
    assert linear.workspace.files == {}


async def test_five_copies_of_everything_open_one_ticket_each(linear, finished, tickets_of, client, keys) -> None:
    session_id = await finished([bug(1), bug(2), bug(3)], SPEC)
    rules = Rules(Severity.HIGH, 2)
    chosen = await asyncio.gather(*[(await tickets_of(session_id)).choose(rules) for _ in range(5)])
    assert len(set(chosen)) == 1
    assert len(chosen[0]) == 2
    await asyncio.gather(*[(await tickets_of(session_id)).settle(name) for name in chosen[0] for _ in range(5)])
    assert len(linear.workspace.issues_) == 2
    assert len(linear.workspace.attachments) == 2
    # Nor does a copy that comes late take the next bugs.
    assert await (await tickets_of(session_id)).choose(rules) == chosen[0]
    assert set((await outcomes(client, keys, session_id)).values()) == {TicketOutcome.OPENED}


async def test_the_next_session_opens_tickets_for_what_has_none(linear, finished, settle_all) -> None:
    found = [bug(number) for number in range(5)]
    rules = Rules(Severity.HIGH, 2)
    for tickets in (2, 4, 5, 5):
        await settle_all(await finished(found, SPEC), rules)
        assert len(linear.workspace.issues_) == tickets


async def test_namespaces_have_tickets_of_their_own(linear, finished, settle_all) -> None:
    await settle_all(await finished([bug(1)], SPEC))
    await settle_all(await finished([bug(1)], SPEC, namespace="other"))
    assert len(linear.workspace.issues_) == 2


async def test_a_bug_that_returns_reopens_its_ticket_once(linear, finished, settle_all, client, keys) -> None:
    await settle_all(await finished([bug(1)], SPEC))
    (issue,) = linear.workspace.issues_
    issue.close("2020-01-01T00:00:00.000Z")
    session_id = await finished([bug(1)], SPEC)
    for _ in range(3):
        await settle_all(session_id)
    assert issue.state.type == "unstarted"
    assert [comment["body"][:31] for comment in linear.workspace.comments] == ["BugHive saw this bug again on 2"]
    assert await outcomes(client, keys, session_id) == {bug(1).fingerprint: TicketOutcome.REOPENED}


@pytest.mark.parametrize("how", ["completed", "canceled"])
async def test_a_ticket_that_people_closed_since_or_declined_stays_closed(linear, finished, settle_all, how) -> None:
    session_id = await finished([bug(1)], SPEC)
    await settle_all(session_id)
    (issue,) = linear.workspace.issues_
    later = datetime.now(UTC) + timedelta(minutes=1)
    issue.close(later.isoformat() if how == "completed" else "2020-01-01T00:00:00.000Z", how)
    for again in (session_id, await finished([bug(1)], SPEC)):
        await settle_all(again)
    assert issue.state.type == how
    assert linear.workspace.comments == []


async def test_a_try_whose_answer_got_lost_is_no_second_ticket_and_counts_as_opened(
    linear, finished, tickets_of, client, keys
) -> None:
    session_id = await finished([bug(1)], SPEC)
    (fingerprint,) = await (await tickets_of(session_id)).choose(RULES)
    linear.fail("CreateIssue", Fault(after=True))
    with pytest.raises(IntegrationUnavailable):
        await (await tickets_of(session_id)).settle(fingerprint)
    # Until it is sure that nothing more comes of that try, nobody else is let at it.
    (lock,) = [key async for key in client.scan_iter(f"{keys.prefix}:ticket:*")]
    assert 0 < await client.pttl(lock) <= 40_000
    await client.delete(lock)
    await (await tickets_of(session_id)).settle(fingerprint)
    assert len(linear.workspace.issues_) == len(linear.workspace.attachments) == 1
    assert await outcomes(client, keys, session_id) == {fingerprint: TicketOutcome.OPENED}


async def test_a_try_that_asked_for_nothing_yet_lets_the_next_one_begin_at_once(
    linear, finished, tickets_of, client, keys
) -> None:
    session_id = await finished([bug(1)], SPEC)
    linear.fail("Find", Fault(500, ""))
    with pytest.raises(IntegrationUnavailable):
        await (await tickets_of(session_id)).settle(bug(1).fingerprint)
    assert [key async for key in client.scan_iter(f"{keys.prefix}:ticket:*")] == []


async def test_who_is_asked_to_wait_keeps_nobody_away(linear, finished, tickets_of, client, keys) -> None:
    session_id = await finished([bug(1)], SPEC)
    linear.fail("CreateIssue", Fault(400, RATELIMITED))
    with pytest.raises(IntegrationPaused):
        await (await tickets_of(session_id)).settle(bug(1).fingerprint)
    assert [key async for key in client.scan_iter(f"{keys.prefix}:ticket:*")] == []


async def test_who_has_lost_the_lock_opens_nothing(client, keys) -> None:
    async def slow() -> None:
        async with alone(client, keys.ticket_lock("linear", "x")) as renew:
            await renew()
            await client.delete(keys.ticket_lock("linear", "x"))
            await renew()

    with pytest.raises(IntegrationUnavailable, match="another worker may have begun"):
        await slow()


async def test_one_bug_waits_for_the_other_only_where_they_are_the_same(client, keys) -> None:
    async with alone(client, keys.ticket_lock("linear", "x")), alone(client, keys.ticket_lock("linear", "y")):
        pass


async def test_a_pause_is_shared_and_the_longer_one_holds(client, keys) -> None:
    key = keys.tracker_pause("linear", "shop/linear")

    async def asked(seconds: float) -> None:
        async with heeding(client, key):
            raise IntegrationPaused("slow down", seconds)

    with pytest.raises(IntegrationPaused, match="slow down"):
        await asked(20)
    with pytest.raises(IntegrationPaused, match="left alone for 20 s more"):
        await asked(5)
    assert 19_000 < await client.pttl(key) <= 20_000
    async with heeding(client, keys.tracker_pause("linear", "other/linear")):
        pass


async def test_a_session_that_was_stopped_or_is_forgotten_has_no_tickets(client, keys, finished) -> None:
    assert await read_finished(client, keys, "never-heard-of") is None
    session_id = await finished([bug(1)], SPEC)
    control = SessionControl(client, keys)
    await control.delete(session_id)
    assert await read_finished(client, keys, session_id) is None
    assert await TicketRecords(client, keys).choose(session_id, TrackerName.LINEAR, {"a": "open"}) == {}
    assert not await client.exists(keys.session(session_id).tickets)


async def test_what_is_noted_of_tickets_goes_with_the_session(client, keys, finished, settle_all) -> None:
    session_id = await finished([bug(1)], SPEC)
    await SessionControl(client, keys).acknowledge(session_id, "completed", None)
    await settle_all(session_id)
    assert 0 < await client.ttl(keys.session(session_id).tickets) <= KEEP_SECONDS


async def test_issues_on_github_come_the_same_way(github, finished, tickets_of, client, keys) -> None:
    spec = {"tickets": {"github": {"repository": "acme/shop", "secretRef": {"name": "github"}}}}
    session_id = await finished([bug(1), bug(2)], spec)
    tickets = await tickets_of(session_id, TrackerName.GITHUB)
    chosen = await tickets.choose(RULES)
    await asyncio.gather(*[tickets.settle(name) for name in chosen for _ in range(3)])
    assert sorted(issue["title"] for issue in github.issues) == ["Bug 1", "Bug 2"]
    assert set((await outcomes(client, keys, session_id)).values()) == {TicketOutcome.OPENED}

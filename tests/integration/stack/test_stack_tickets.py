"""Tickets, from an applied session to what people find in their tracker: with all of BugHive, and a local Linear."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from services.linear import KEY, Issue, LinearService

from bughive_crds.crawl_session import Phase
from bughive_crds.model import Severity
from bughive_dev.sessions import Sessions
from bughive_worker.tickets.linear import PRIORITIES

pytestmark = pytest.mark.timeout(240)
FAST = {"requestsPerSecond": 100}
MOST = 2
"""One less than the site has bugs of Medium and above: two broken links, and a picture without alternative text."""


@pytest.fixture(scope="module")
def linear() -> Iterator[LinearService]:
    with LinearService() as service:
        yield service
    assert service.invalid == []


@pytest.fixture(scope="module")
def variables(linear) -> dict[str, str]:
    return {"BUGHIVE_LINEAR_API_URL": f"{linear.url}/graphql"}


def asks(installation, secret: str, key: str, **more: Any) -> dict[str, Any]:
    """What a session's spec says of tickets, with the Secret that it needs."""
    installation.kubectl("create", "secret", "generic", secret, f"--from-literal=api-key={key}")
    return {"tickets": {"linear": {"teamKey": "WEB", "secretRef": {"name": secret}, "maxTickets": MOST, **more}}}


def folder(installation, uid: str) -> Path:
    return installation.stack.artifacts / installation.namespace / uid


def severe_bugs(installation, uid: str) -> list[dict[str, Any]]:
    """Those of Medium and above, worst first, as the report lists them."""
    report = json.loads((folder(installation, uid) / "report.json").read_text())
    return [bug for bug in report["findings"] if Severity(bug["severity"]).at_least(Severity.MEDIUM)]


def tickets(linear: LinearService) -> dict[str, Issue]:
    """By the fingerprints of their bugs; several of one bug are too many."""
    found = {one.subtitle.removeprefix("bug "): one.issue for one in linear.workspace.attachments}
    assert len(found) == len(linear.workspace.issues_)
    return found


def outcomes(installation, name: str) -> dict[str, str]:
    """What a session did, by fingerprint, as its CrawlReport tells."""
    report = Sessions(installation.cluster, installation.namespace).report(name)
    return {ticket.fingerprint: ticket.outcome for ticket in report.tickets}


def test_the_worst_bugs_get_one_ticket_each_and_the_next_session_goes_on_from_there(installation, linear) -> None:
    asked = asks(installation, "linear", KEY, minSeverity="Medium")
    uid = installation.apply("first", browser=FAST, **asked)
    status = installation.wait_for("first", Phase.COMPLETED)
    end, message = installation.wait_delivered("first", "AllDelivered")
    assert (end.phase, end.outcome) == (status.phase, status.outcome)
    assert message.endswith("Tickets: 2 opened.")

    bugs = severe_bugs(installation, uid)
    worst, next_worst, rest = (bug["fingerprint"] for bug in bugs)
    assert tickets(linear).keys() == {worst, next_worst}
    assert outcomes(installation, "first") == {worst: "opened", next_worst: "opened"}
    for bug in bugs[:MOST]:
        issue, picture = tickets(linear)[bug["fingerprint"]], f"{bug['fingerprint']}.webp"
        assert (issue.title, issue.priority) == (bug["title"], PRIORITIES[Severity(bug["severity"])])
        assert f"![The bug on its page](https://uploads.linear.example/{picture})" in issue.description
        assert linear.workspace.files[picture] == (folder(installation, uid) / bug["picture"]["name"]).read_bytes()

    mended = tickets(linear)[worst]
    mended.close("2020-01-01T00:00:00.000Z")
    installation.apply("second", browser=FAST, **asked)
    installation.wait_for("second", Phase.COMPLETED)
    _, message = installation.wait_delivered("second", "AllDelivered")
    assert message.endswith("Tickets: 1 opened, 1 reopened.")
    assert tickets(linear).keys() == {worst, next_worst, rest}
    assert outcomes(installation, "second") == {worst: "reopened", rest: "opened"}
    assert mended.state.type == "unstarted"
    assert [comment["issueId"] for comment in linear.workspace.comments] == [mended.id]


def test_a_tracker_that_refuses_the_key_changes_no_verdict_and_says_what_to_mend(installation, linear) -> None:
    asked = asks(installation, "wrong", "lin_api_N0BODYS", minSeverity="Low")
    before = tickets(linear)
    installation.apply("refused", browser=FAST, scope={"maxPages": 2}, **asked)
    status = installation.wait_for("refused", Phase.COMPLETED)
    end, message = installation.wait_delivered("refused", "DeliveryFailed")
    assert (end.phase, end.outcome) == (status.phase, status.outcome)
    assert "put a valid one into key api-key of the Secret wrong" in message
    assert "N0BODYS" not in installation.kubectl("get", "crawlsessions,crawlreports,events", "-o", "yaml")
    assert tickets(linear) == before

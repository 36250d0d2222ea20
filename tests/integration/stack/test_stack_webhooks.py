"""Webhooks, from an applied session to what arrives: with all of BugHive, and the operator killed on the way."""

import base64
import json
import os
from typing import Any

import pytest
from fixtures.receiver import Receiver
from standardwebhooks.webhooks import Webhook

from bughive_crds.crawl_session import Phase

pytestmark = pytest.mark.timeout(240)
OWN = f"whsec_{base64.b64encode(os.urandom(32)).decode()}"
FAST = {"requestsPerSecond": 100}


@pytest.fixture(scope="module")
def secret(installation) -> str:
    installation.kubectl("create", "secret", "generic", "hook", f"--from-literal=secret={OWN}")
    return "hook"


def verified(receiver: Receiver) -> list[Any]:
    return [Webhook(OWN).verify(one.body, one.headers) for one in receiver.received]


def told(receiver: Receiver) -> list[str]:
    return [json.loads(one.body)["type"] for one in receiver.received]


def of_type(messages: list[Any], type_: str) -> list[Any]:
    """They come in no certain order."""
    return [one["data"] for one in messages if one["type"] == type_]


def test_a_session_tells_of_itself_and_of_each_bug_once(installation, secret, receiver) -> None:
    hook = {"url": receiver.url, "secretRef": {"name": secret}}
    uid = installation.apply("told", browser=FAST, webhooks=[hook])
    status = installation.wait_for("told", Phase.COMPLETED)
    end, _ = installation.wait_delivered("told", "AllDelivered")
    assert (end.phase, end.outcome) == (status.phase, status.outcome)
    messages = verified(receiver)
    (started,), (finished,) = of_type(messages, "session.started"), of_type(messages, "session.finished")
    bugs = [bug["fingerprint"] for found in of_type(messages, "bug.found") for bug in found["bugs"]]
    assert sorted(bugs) == sorted(installation.outcome(uid).bugs)
    assert started["session"]["uid"] == finished["session"]["uid"] == uid
    assert (finished["phase"], finished["outcome"]) == ("Completed", end.outcome)
    assert (finished["bugs"]["total"], finished["reportURL"]) == (end.bugs.total, end.report_url)


def test_kill_9_of_the_operator_that_has_read_the_end_and_not_told_it(installation, secret, receiver) -> None:
    hook = {"url": receiver.url, "secretRef": {"name": secret}, "events": ["session.started", "session.finished"]}
    installation.begin("killed", webhooks=[hook])
    installation.wait("the start is told", lambda: told(receiver) == ["session.started"])
    installation.change("killed", cancel=True)
    installation.wait("the operator has read of the end", lambda: installation.unacknowledged() == 1, 20)
    installation.program("operator").kill()
    assert told(receiver) == ["session.started"]
    installation.start_again("operator")
    installation.wait_for("killed", Phase.CANCELLED)
    installation.wait_delivered("killed", "AllDelivered")
    assert len(set(receiver.ids())) == 2
    assert {finished["phase"] for finished in of_type(verified(receiver), "session.finished")} == {"Cancelled"}
    assert installation.unacknowledged() == 0


def test_a_webhook_that_the_guard_forbids_fails_visibly_and_changes_nothing_else(installation) -> None:
    installation.apply("forbidden", browser=FAST, webhooks=[{"url": "http://10.0.0.1/hooks/T0KEN"}])
    status = installation.wait_for("forbidden", Phase.COMPLETED)
    end, message = installation.wait_delivered("forbidden", "DeliveryFailed")
    assert (end.phase, end.outcome) == (status.phase, status.outcome)
    assert "BUGHIVE_EGRESS_ALLOW" in message
    assert "T0KEN" not in message

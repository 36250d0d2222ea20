"""What the messages say, by the published schema."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from bughive_crds.crawl_session import CrawlSessionSpec
from bughive_crds.model import Severity
from bughive_crds.webhooks import WebhookEvent
from bughive_operator.reasons import Reason
from bughive_protocol.control import Digest, Verdict
from bughive_protocol.finding import Confidence, Finding
from bughive_protocol.frontier import Counts
from bughive_protocol.record_arguments import StoredFinding
from bughive_protocol.session_facts import SessionFacts
from bughive_protocol.state import SessionState
from bughive_worker.webhooks.compose import compose

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
SCHEMA = json.loads((Path(__file__).parents[4] / "docs/webhook.schema.json").read_text())
STARTED, FINISHED, FOUND = WebhookEvent.SESSION_STARTED, WebhookEvent.SESSION_FINISHED, WebhookEvent.BUG_FOUND


def facts(verdict: dict[str, Any] | None = None, report: dict[str, Any] | None = None, **state: Any) -> SessionFacts:
    content = {
        "session": "shop",
        "url": "https://shop.example/",
        "pages": {"crawled": 7},
        "bugs": {"total": 3, "high": 3},
    }
    digest = {"content": {**content, **report}, "report_url": "s3://b/report.html"} if report is not None else None
    return SessionFacts(
        id="0b5c",
        namespace="web",
        name="shop",
        spec=CrawlSessionSpec(url="https://shop.example/"),
        state=SessionState(session_id="0b5c", **{"started_at": NOON, **state}),
        counts=Counts(crawled=4, discovered=9),
        verdict=Verdict.model_validate({"cancelled": False, "completed_at": NOON, **verdict}) if verdict else None,
        digest=Digest.model_validate(digest) if digest else None,
    )


def bug(fingerprint: str = "00ff", **more: Any) -> StoredFinding:
    fields = {"kind": "broken-link", "severity": Severity.HIGH, "confidence": Confidence.FIRM, "title": "t", "url": "u"}
    return StoredFinding(first_seen=NOON, finding=Finding(fingerprint=fingerprint, **{**fields, **more}))


def written(event: WebhookEvent, known: SessionFacts, *bugs: StoredFinding) -> Any:
    payload = compose(event, known, bugs)
    assert payload is not None
    said = json.loads(payload.model_dump_json(by_alias=True))
    jsonschema.Draft202012Validator(SCHEMA).validate(said)
    return said


def test_the_start() -> None:
    said = written(STARTED, facts())
    assert said == {
        "type": "session.started",
        "timestamp": "2026-06-01T12:00:00Z",
        "data": {
            "session": {"uid": "0b5c", "namespace": "web", "name": "shop", "url": "https://shop.example/"},
            "startedAt": "2026-06-01T12:00:00Z",
        },
    }


@pytest.mark.parametrize(
    ("verdict", "report", "end"),
    [
        ({"outcome": "BugsFound"}, {}, ("Completed", "BugsFound", "Completed")),
        ({"outcome": "Passed"}, {}, ("Completed", "Passed", "Completed")),
        ({"outcome": "Error"}, None, ("Failed", "Error", "CrawlError")),
        ({"cancelled": True, "outcome": None, "reason": "Cancelled"}, {}, ("Cancelled", None, "Cancelled")),
        ({"cancelled": True, "outcome": None, "reason": "NoWorker"}, None, ("Failed", "Error", "NoWorker")),
    ],
)
def test_the_end_says_what_the_resource_says(verdict, report, end) -> None:
    data = written(FINISHED, facts(verdict, report))["data"]
    assert (data["phase"], data["outcome"], data["reason"]) == end
    assert data["reason"] in set(Reason)
    assert data["bugs"]["total"] == (3 if report is not None else 0)
    assert data["pages"]["crawled"] == (7 if report is not None else 4)
    assert data["reportURL"] == ("s3://b/report.html" if report is not None else None)
    assert data["partial"] == (report is None)


def test_bugs_come_in_short() -> None:
    long = bug("ffff", title="t" * 500, url="u" * 9000, selector="s" * 900, resource="r" * 9000, evidence=())
    data = written(FOUND, facts(), bug("0000"), long)["data"]
    assert [one["fingerprint"] for one in data["bugs"]] == ["0000", "ffff"]
    assert [len(data["bugs"][1][field]) for field in ("title", "url", "selector", "resource")] == [200, 1000, 300, 1000]


def test_the_largest_message_is_half_a_megabyte() -> None:
    words, url = "\U0001f41b" * 3000, "https://shop.example/" + "a" * 3000
    bugs = [bug(f"{n:016x}", title=words, url=url, selector=words, resource=url) for n in range(100)]
    said = compose(FOUND, facts(), bugs)
    assert said is not None
    assert len(said.model_dump_json(by_alias=True).encode()) < 500_000


def test_the_same_facts_make_the_same_bytes() -> None:
    first, again = (compose(FOUND, facts(), [bug()]) for _ in range(2))
    assert first is not None
    assert again is not None
    assert first.model_dump_json() == again.model_dump_json()


def test_what_did_not_happen_is_not_told() -> None:
    assert compose(STARTED, facts(started_at=None), ()) is None
    assert compose(FOUND, facts(), ()) is None
    assert compose(FINISHED, facts(), ()) is None

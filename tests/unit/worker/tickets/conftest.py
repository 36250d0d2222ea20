"""Findings for tickets."""

from datetime import UTC, datetime

from bughive_crds.model import Severity
from bughive_protocol.finding import Confidence, Evidence, Finding, RecordedFinding

SEEN = datetime(2026, 6, 1, 12, tzinfo=UTC)


def some_finding(fingerprint: str = "0123456789abcdef", occurrences: int = 1, **more) -> RecordedFinding:
    """A bug as a session recorded it."""
    told = {
        "kind": "broken-link",
        "severity": Severity.HIGH,
        "confidence": Confidence.CERTAIN,
        "title": "A link leads nowhere",
        "description": "Visitors who follow it see an error page.",
        "url": "https://shop.example/cart",
        "evidence": (Evidence(label="Status", text="404"),),
        "steps": ("Open the cart.", "Follow the link."),
    }
    finding = Finding.model_validate({**told, "fingerprint": fingerprint, **more})
    return RecordedFinding(finding=finding, first_seen=SEEN, occurrences=occurrences, examples=(finding.url,))

"""``report.sarif``: the bugs for code scanning, in SARIF 2.1.0.

A page stands where SARIF expects a file: relative to its host, as 3.14.14 of the standard has it, and because GitHub
refuses a whole file for one http: address in it.
"""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit

from bughive_crds.model import Severity
from bughive_worker.detectors.detector import Oracle
from bughive_worker.detectors.explanation import explanation
from bughive_worker.detectors.registry import ORACLES, wanted
from bughive_worker.report.document import ReportDocument, ReportedFinding

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
FINGERPRINT = "bughive/v1"
_URL_CHARACTERS = "%/:?#[]@!$&'()*+,;=~"
_LEVELS = {Severity.CRITICAL: "error", Severity.HIGH: "error", Severity.MEDIUM: "warning", Severity.LOW: "note"}

_Json = dict[str, Any]


def render_sarif(document: ReportDocument) -> bytes:
    """The report as one SARIF file with one run, in UTF-8; bugs that are fixed are not in it."""
    rules = _rules(document)
    at = {rule["id"]: index for index, rule in enumerate(rules)}
    hosts = _Hosts()
    results = [_result(finding, at, hosts) for finding in document.findings]
    run = {
        "tool": {"driver": {"name": "BugHive", "version": document.bughive_version, "rules": rules}},
        # Up to the last slash it is the category under which GitHub keeps the alerts of one tool on one thing apart.
        "automationDetails": {"id": f"bughive/{urlsplit(document.spec.url).netloc}/{document.session.id}"},
        "invocations": [_invocation(document)],
        "originalUriBaseIds": hosts.bases,
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1, ensure_ascii=True).encode()


def _rules(document: ReportDocument) -> list[_Json]:
    """A rule for each kind of bug that was looked for, found or not, and for what else was found."""
    rules = {
        kind: _rule(detector, kind)
        for detector in ORACLES
        if wanted(detector, document.spec.checks)
        for kind in detector.kinds
    }
    for finding in document.findings:
        rules.setdefault(finding.kind, {"id": finding.kind})
    return list(rules.values())


def _rule(detector: Oracle, kind: str) -> _Json:
    help_text = explanation(detector)
    return {
        "id": kind,
        "shortDescription": {"text": detector.description},
        "fullDescription": {"text": help_text.partition("\n\n")[0]},
        "help": {"text": help_text.replace("`", ""), "markdown": help_text},
        "properties": {"tags": [detector.name]},
    }


class _Hosts:
    """The hosts that results are on: each is a base of its pages' addresses."""

    def __init__(self) -> None:
        self.bases: dict[str, _Json] = {}

    def place(self, url: str) -> _Json:
        """A page as an artifact of its host."""
        quoted = quote(url, safe=_URL_CHARACTERS)
        parts = urlsplit(quoted)
        host = f"{parts.scheme}://{parts.netloc}"
        self.bases[f"{host}/"] = {"uri": f"{host}/"}
        return {"uri": _relative(quoted.removeprefix(host)), "uriBaseId": f"{host}/"}


def _relative(path: str) -> str:
    """The same path below its host. Never empty: GitHub takes that for no location at all."""
    below = path.removeprefix("/")
    return f"./{below}" if not below or below.startswith("/") or ":" in below.partition("/")[0] else below


def _result(finding: ReportedFinding, rules: dict[str, int], hosts: _Hosts) -> _Json:
    others = [url for url in finding.examples if url != finding.url]
    result: _Json = {
        "ruleId": finding.kind,
        "ruleIndex": rules[finding.kind],
        "level": _LEVELS[finding.severity],
        "message": {"text": _message(finding)},
        "locations": [_location(finding, hosts)],
        "partialFingerprints": {
            FINGERPRINT: finding.fingerprint,
            # The only one by which GitHub knows an alert again.
            "primaryLocationLineHash": f"{finding.fingerprint}:1",
        },
        # With an empty list for what counts: without one nobody could tell.
        "suppressions": _suppressions(finding),
        "properties": {
            "severity": finding.severity,
            "confidence": finding.confidence,
            "occurrences": finding.occurrences,
            "firstSeen": _utc(finding.first_seen),
            "url": finding.url,
        },
    }
    if finding.resource:
        result["properties"]["resource"] = finding.resource
    if finding.picture is not None:
        # Beside this file; with a scheme before it GitHub would refuse it.
        picture = {"description": {"text": "Screenshot"}, "artifactLocation": {"uri": finding.picture.name}}
        result["attachments"] = [picture]
    if others:
        result["relatedLocations"] = [{"physicalLocation": {"artifactLocation": hosts.place(url)}} for url in others]
    if finding.new is not None:
        result["baselineState"] = "new" if finding.new else "unchanged"
    return result


def _location(finding: ReportedFinding, hosts: _Hosts) -> _Json:
    # A page has no lines that mean anything; GitHub wants one.
    place: _Json = {
        "physicalLocation": {"artifactLocation": hosts.place(finding.url), "region": {"startLine": 1}},
    }
    if finding.selector:
        place["logicalLocations"] = [{"fullyQualifiedName": finding.selector, "kind": "element"}]
    return place


def _suppressions(finding: ReportedFinding) -> list[_Json]:
    if finding.ignored is None:
        return []
    return [{"kind": "external", "status": "accepted", "justification": finding.ignored}]


def _message(finding: ReportedFinding) -> str:
    facts = [f"{fact.label}: {fact.text}" for fact in finding.evidence]
    steps = [f"{number}. {step}" for number, step in enumerate(finding.steps, 1)]
    parts = (finding.title, finding.description, f"Page: {finding.url}", *facts, *steps)
    # In a message "[text](address)" is a link, and pages shall not write any.
    return "\n".join(part for part in parts if part).replace("](", "] (")


def _invocation(document: ReportDocument) -> _Json:
    invocation: _Json = {
        "executionSuccessful": not document.partial,
        "endTimeUtc": _utc(document.completed_at),
        "toolExecutionNotifications": [_notification(text) for text in _reservations(document)],
    }
    if document.started_at is not None:
        invocation["startTimeUtc"] = _utc(document.started_at)
    return invocation


def _reservations(document: ReportDocument) -> Iterable[str]:
    if document.partial:
        yield "The session was stopped before it had seen every page."
    if document.pages.failed:
        yield f"Pages that could not be looked at: {document.pages.failed}."


def _notification(text: str) -> _Json:
    return {"level": "warning", "message": {"text": text}}


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

"""``report.junit.xml``: the bugs as the tests of a pipeline, for what draws test reports.

One suite for each detector. A bug that makes the outcome is a failure, one that is ignored is skipped, and any other a
test that passes and says what it is. A detector that found nothing is one test that passes.
"""

import re
from collections.abc import Sequence
from xml.etree import ElementTree as ET

from bughive_worker.detectors.detector import Oracle
from bughive_worker.detectors.registry import ORACLES, wanted
from bughive_worker.report.document import ReportDocument, ReportedFinding
from bughive_worker.report.verdict import counts

_UNKNOWN = "other"
"""The suite of kinds that no detector of this version has."""
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML cannot say, not even escaped."""


def render_junit(document: ReportDocument) -> bytes:
    """The report as one XML file in UTF-8, as Jenkins, GitLab and Surefire's readers understand it."""
    failing = _failing(document)
    root = ET.Element("testsuites", name=_plain(f"BugHive: {document.spec.url}"), time=_seconds(document))
    suites = [_crawl_suite(document), *(_suite(*each, failing, document) for each in _by_detector(document))]
    for attribute in ("tests", "failures", "errors"):
        root.set(attribute, str(sum(int(suite.get(attribute, "0")) for suite in suites)))
    root.extend(suites)
    ET.indent(root)
    written: bytes = ET.tostring(root, "utf-8", xml_declaration=True)
    return written


def _failing(document: ReportDocument) -> frozenset[str]:
    """The bugs that make the outcome BugsFound; none where there are fewer than it takes."""
    fail_on = document.spec.fail_on
    counting = frozenset(
        finding.fingerprint
        for finding in document.findings
        if counts(finding.severity, fail_on, ignored=finding.ignored is not None, known=finding.new is False)
    )
    return counting if len(counting) >= fail_on.count else frozenset()


def _by_detector(document: ReportDocument) -> list[tuple[str, list[ReportedFinding]]]:
    """Each detector that ran, with what it found."""
    found: dict[str, list[ReportedFinding]] = {
        detector.name: [] for detector in ORACLES if wanted(detector, document.spec.checks)
    }
    names = _detectors_of_kinds(ORACLES)
    for finding in document.findings:
        found.setdefault(names.get(finding.kind, _UNKNOWN), []).append(finding)
    return list(found.items())


def _detectors_of_kinds(detectors: Sequence[Oracle]) -> dict[str, str]:
    return {kind: detector.name for detector in detectors for kind in detector.kinds}


def _crawl_suite(document: ReportDocument) -> ET.Element:
    """Whether the crawl itself went through: what was not looked at cannot be clean."""
    case = ET.Element("testcase", name="every page in scope was seen", classname="crawl")
    if document.partial:
        ET.SubElement(case, "error", type="partial", message="The session was stopped before it had seen every page.")
    return _filled("crawl", [case], document)


def _suite(
    detector: str, findings: Sequence[ReportedFinding], failing: frozenset[str], document: ReportDocument
) -> ET.Element:
    cases = [_case(finding, failing) for finding in findings]
    return _filled(detector, cases or [ET.Element("testcase", name="nothing found", classname=detector)], document)


def _filled(name: str, cases: Sequence[ET.Element], document: ReportDocument) -> ET.Element:
    def having(what: str) -> str:
        return str(sum(case.find(what) is not None for case in cases))

    suite = ET.Element(
        "testsuite",
        name=name,
        tests=str(len(cases)),
        failures=having("failure"),
        errors=having("error"),
        skipped=having("skipped"),
        timestamp=document.completed_at.replace(tzinfo=None).isoformat(timespec="seconds"),
    )
    suite.extend(cases)
    return suite


def _case(finding: ReportedFinding, failing: frozenset[str]) -> ET.Element:
    # Name and class tell a test from others, and know it again in the next run.
    case = ET.Element("testcase", name=_plain(f"{finding.title} [{finding.fingerprint}]"), classname=finding.kind)
    if finding.ignored is not None:
        ET.SubElement(case, "skipped", message=_plain(finding.ignored))
    elif finding.fingerprint in failing:
        failure = ET.SubElement(case, "failure", type=finding.kind, message=_plain(finding.title))
        failure.text = _plain(_words(finding))
        return case
    ET.SubElement(case, "system-out").text = _plain(_words(finding))
    return case


def _words(finding: ReportedFinding) -> str:
    facts = [f"{fact.label}: {fact.text}" for fact in finding.evidence]
    steps = [f"{number}. {step}" for number, step in enumerate(finding.steps, 1)]
    pages = f"Seen on {finding.occurrences} pages, such as: {' '.join(finding.examples)}"
    parts = (
        f"{finding.severity}, {finding.confidence}: {finding.title}",
        finding.description,
        f"Page: {finding.url}",
        f"Element: {finding.selector}" if finding.selector else "",
        f"Picture: {finding.picture.url}" if finding.picture else "",
        *facts,
        *steps,
        pages if finding.occurrences > 1 else "",
    )
    return "\n".join(part for part in parts if part)


def _seconds(document: ReportDocument) -> str:
    began = document.started_at or document.completed_at
    return f"{(document.completed_at - began).total_seconds():.3f}"


def _plain(text: str) -> str:
    """The text with what XML cannot say, such as a terminal's escapes, spelled out."""
    return _NOT_XML.sub(lambda found: ascii(found[0])[1:-1], text)

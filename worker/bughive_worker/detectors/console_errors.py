"""Errors that the page's scripts wrote to the console.

A written error is a hint rather than a failure, so it never weighs more than Low. The same line from the same
script is one bug. Not reported: warnings, the browser's own lines on failed resources and on mixed content, which
other detectors report with more to show, and lines about requests that failed-requests reports.
"""

from collections.abc import Iterator

from bughive_crds.model import Severity
from bughive_protocol.finding import SITE, Confidence, Finding, fingerprint
from bughive_worker.detectors.detector import Detector
from bughive_worker.detectors.failures import failures, is_failed_resource_line
from bughive_worker.detectors.identity import normal_message, normal_path
from bughive_worker.detectors.page import address
from bughive_worker.detectors.wording import clip, evidence, title
from bughive_worker.observation import ConsoleEntry, PageObservation

KIND = "console-error"
_OTHERS = ("Mixed Content:", "[DOM]", "Third-party cookie", "Autofocus processing was blocked")


def detect(observation: PageObservation) -> Iterator[Finding]:
    """Console lines of level error."""
    failed = [failure.url for failure in failures(observation)]
    for line in observation.console:
        if line.level != "error" or not line.text.strip() or line.text.startswith(_OTHERS):
            continue
        if not is_failed_resource_line(line) and not any(url in line.text for url in failed):
            yield _finding(observation, line)


def _finding(observation: PageObservation, line: ConsoleEntry) -> Finding:
    page = address(observation)
    inline = not line.url or normal_path(line.url) in (normal_path(page), normal_path(observation.url))
    place = "inline" if inline else normal_path(line.url)
    return Finding(
        fingerprint=fingerprint(KIND, f"{place} {normal_message(line.text)}", SITE),
        kind=KIND,
        severity=Severity.LOW,
        confidence=Confidence.FIRM,
        title=title(f"Console error: {line.text}"),
        description="A script of the page says that something went wrong. "
        "Find out whether visitors miss something by it; mend the cause or stop writing the error.",
        url=page,
        resource=None if inline else line.url,
        template=observation.template,
        evidence=evidence(message=line.text, script=line.url, line=line.line + 1 if line.url else None),
        steps=(f"Open {page} with the browser's console", f"It shows: {clip(line.text, 200)}"),
    )


DETECTOR = Detector("console-errors", "Errors that scripts write to the console.", (KIND,), detect)

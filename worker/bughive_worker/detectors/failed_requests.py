"""Requests of the page's scripts that fail.

Reports fetch and XMLHttpRequest calls that are answered with an error or not at all. One path is one bug: numbers
and parameters in it are accidents. Not reported: 401, 403 and 429, which a page may expect, requests that were
aborted, beacons, another site's silence, and what the crawl's own network refused.
"""

from collections.abc import Iterator

from bughive_crds.model import Severity
from bughive_protocol.finding import SITE, Confidence, Finding, fingerprint
from bughive_worker.detectors.detector import Detector
from bughive_worker.detectors.failures import SERVER_ERROR, Failure, confidence, failures
from bughive_worker.detectors.identity import normal_message, normal_path, same_site
from bughive_worker.detectors.page import address
from bughive_worker.detectors.wording import evidence, title
from bughive_worker.observation import PageObservation

KIND = "failed-request"
_TYPES = frozenset({"fetch", "xhr", "eventsource"})


def detect(observation: PageObservation) -> Iterator[Finding]:
    """Failed requests that a script made."""
    page = address(observation)
    for failure in failures(observation):
        sure = confidence(failure, page)
        if failure.resource_type in _TYPES and sure is not Confidence.TENTATIVE:
            yield _finding(observation, page, failure, sure)


def _finding(observation: PageObservation, page: str, failure: Failure, sure: Confidence) -> Finding:
    return Finding(
        fingerprint=fingerprint(KIND, normal_message(normal_path(failure.url)), SITE),
        kind=KIND,
        severity=_severity(failure, page),
        confidence=sure,
        title=title(f"Request fails: {failure.url} ({failure.reason})"),
        description="The page asks for data and does not get it: a part of it stays empty or does nothing. "
        "Mend the service, or handle the failure where the page can do without.",
        url=page,
        resource=failure.url,
        template=observation.template,
        evidence=evidence(answer=failure.reason, made_by=failure.resource_type),
        steps=(
            f"Open {page} with the browser's network panel",
            f"The request to {failure.url} fails: {failure.reason}",
        ),
    )


def _severity(failure: Failure, page: str) -> Severity:
    if not same_site(failure.url, page):
        return Severity.LOW
    return Severity.HIGH if (failure.status or 0) >= SERVER_ERROR else Severity.MEDIUM


DETECTOR = Detector("failed-requests", "Requests of the page's scripts that fail.", (KIND,), detect)

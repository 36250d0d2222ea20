"""Pages without a title.

Reports a page that loaded and has no ``<title>`` text, once per template. Not reported: error pages, and pages
that are no HTML.
"""

from collections.abc import Iterator

from bughive_crds.model import Severity
from bughive_protocol.finding import Confidence, Finding, fingerprint
from bughive_worker.detectors.detector import Detector
from bughive_worker.detectors.identity import where
from bughive_worker.detectors.page import is_html, loaded_well
from bughive_worker.detectors.wording import evidence
from bughive_worker.observation import PageObservation

KIND = "missing-title"


def detect(observation: PageObservation) -> Iterator[Finding]:
    """An empty title."""
    dom = loaded_well(observation)
    if dom is None or dom.title.strip() or dom.element_count == 0 or not is_html(observation):
        return
    page = observation.final_url or observation.url
    yield Finding(
        fingerprint=fingerprint(KIND, "title", where(observation.template, shared=False)),
        kind=KIND,
        severity=Severity.MEDIUM,
        confidence=Confidence.CERTAIN,
        title="Page without a title",
        description="Tabs, bookmarks, search results and screen readers name a page by its title. "
        "Give the page a <title> that says what it is.",
        url=page,
        template=observation.template,
        evidence=evidence(address=page),
        steps=(f"Open {page}", "The tab shows the address in place of a title"),
    )


DETECTOR = Detector("missing-titles", "Pages without a title.", (KIND,), detect)

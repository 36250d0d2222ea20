"""Pages that load and show nothing.

Reports a page with no visible text, picture, frame or control, and one that has nothing but its header, navigation
and footer; once per template. Not reported: error pages, pages with a main heading, and documents that are no HTML.
"""

from collections.abc import Iterator

from bughive_crds.model import Severity
from bughive_protocol.finding import Confidence, Finding, fingerprint
from bughive_worker.detectors.detector import Detector
from bughive_worker.detectors.identity import where
from bughive_worker.detectors.page import address, is_html, loaded_well
from bughive_worker.detectors.wording import evidence, title
from bughive_worker.observation import PageObservation

KIND = "empty-page"


def detect(observation: PageObservation) -> Iterator[Finding]:
    """No text and nothing else to see."""
    dom = loaded_well(observation)
    if dom is None or not is_html(observation):
        return
    blank = dom.text_length == 0 and dom.media_count == 0
    if not blank and dom.content:
        return
    page = address(observation)
    stays = "stays blank" if blank else "shows only what all pages share"
    error = observation.exceptions[0].message if observation.exceptions else None
    yield Finding(
        fingerprint=fingerprint(KIND, "page" if blank else "content", where(observation.template, shared=False)),
        kind=KIND,
        severity=Severity.MEDIUM,
        confidence=Confidence.FIRM,
        title=title(f"{'Nothing to see' if blank else 'Nothing between header and footer'} on {page}"),
        description=f"The page loads without an error and {stays}. "
        "A script that should fill it may have failed, or the server sends an empty body.",
        url=page,
        template=observation.template,
        evidence=evidence(elements=dom.element_count, status=observation.status, exception=error),
        steps=(f"Open {page}", "It " + stays),
    )


DETECTOR = Detector("empty-pages", "Pages that show nothing, or nothing of their own.", (KIND,), detect)

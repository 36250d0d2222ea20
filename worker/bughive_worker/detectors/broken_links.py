"""Links that lead nowhere.

Reports a link whose target is gone (404, 410) or answers another client error, whether the crawl visited the
target or only checked it; the page with the link is where the bug is. One target is one bug, however many pages
link to it. Not reported: 401, 403, 429 and the like (the server will not tell a robot), a target that another
detector reports itself (5xx, no such host), a page that only the sitemap names.
"""

from collections.abc import Iterator

from bughive_crds.model import Severity
from bughive_protocol.finding import SITE, Confidence, Finding, fingerprint
from bughive_protocol.frontier import PageEnd, Via
from bughive_worker.detectors.detector import Detector
from bughive_worker.detectors.failures import CLIENT_ERROR, SERVER_ERROR, UNVERIFIABLE
from bughive_worker.detectors.identity import same_site, without_fragment
from bughive_worker.detectors.wording import evidence, title
from bughive_worker.observation import PageObservation

KIND = "broken-link"
_DESCRIPTION = (
    "Visitors who follow this link reach an error page, and search engines rank the site lower for it. "
    "Correct the address, restore the page, redirect the old address to its successor, or remove the link."
)


def detect(observation: PageObservation) -> Iterator[Finding]:
    """A visited page that answered a client error, where a link led to it."""
    status = observation.status
    linked = observation.via in (Via.LINK, Via.REDIRECT) and observation.referrer
    if observation.end is not PageEnd.LOADED or not linked or status is None:
        return
    if CLIENT_ERROR <= status < SERVER_ERROR and status not in UNVERIFIABLE:
        yield broken_link(observation.url, source=str(observation.referrer), reason=f"HTTP {status}")


def broken_link(url: str, *, source: str, reason: str, text: str = "", selector: str | None = None) -> Finding:
    """The bug of one target. A link to another site is less the site's own fault, so it weighs less."""
    target = without_fragment(url)
    return Finding(
        fingerprint=fingerprint(KIND, target, SITE),
        kind=KIND,
        severity=Severity.MEDIUM if same_site(target, source) else Severity.LOW,
        confidence=Confidence.CERTAIN if reason.startswith("HTTP") else Confidence.FIRM,
        title=title(f"Broken link to {target} ({reason})"),
        description=_DESCRIPTION,
        url=source,
        selector=selector,
        resource=target,
        evidence=evidence(answer=reason, linked_from=source, link_text=text),
        steps=(f"Open {source}", f"Follow the link to {target}", f"The server answers {reason}"),
    )


DETECTOR = Detector("broken-links", "Links whose target is gone or answers an error.", (KIND,), detect)

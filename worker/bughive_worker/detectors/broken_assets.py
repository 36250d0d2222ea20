"""Scripts, style sheets, fonts, media and icons that do not load.

Reports a part of the page that is missing or answers an error. One file is one bug; an icon is Low. Not reported:
images (broken-images) and the page's own requests (failed-requests), a missing favicon that no page asks for, what a
content filter or the egress guard refused, and another site's silence, which may be the crawl's network.
"""

from collections.abc import Iterator

from bughive_crds.model import Severity
from bughive_protocol.finding import SITE, Confidence, Finding, fingerprint
from bughive_worker.detectors.detector import Detector
from bughive_worker.detectors.failures import confidence, failures
from bughive_worker.detectors.identity import same_site, without_fragment
from bughive_worker.detectors.wording import evidence, title
from bughive_worker.observation import PageObservation

KIND = "broken-asset"
_NAMES = {
    "script": "Script",
    "stylesheet": "Style sheet",
    "font": "Font",
    "media": "Media file",
    "frame": "Frame",
    "icon": "Icon",
}
_BEARING = frozenset({"script", "stylesheet"})
"""Without these the page looks or works wrong; without a font or a film it is merely poorer."""


def detect(observation: PageObservation) -> Iterator[Finding]:
    """Failed requests for parts of the page."""
    images = {image.url for image in observation.dom.images} if observation.dom else set()
    for failure in failures(observation):
        sure = confidence(failure, observation.url)
        if failure.resource_type in _NAMES and failure.url not in images and sure is not Confidence.TENTATIVE:
            yield broken_asset(
                failure.url,
                page=observation.final_url or observation.url,
                reason=failure.reason,
                resource_type=failure.resource_type,
                how_sure=sure,
            )


def broken_asset(
    url: str, *, page: str, reason: str, resource_type: str, how_sure: Confidence = Confidence.CERTAIN
) -> Finding:
    """The bug of one file that pages are made of."""
    target = without_fragment(url)
    name = _NAMES.get(resource_type, "File")
    return Finding(
        fingerprint=fingerprint(KIND, target, SITE),
        kind=KIND,
        severity=_severity(resource_type, own=same_site(target, page)),
        confidence=how_sure,
        title=title(f"{name} does not load: {target} ({reason})"),
        description="The page looks or works differently from what was meant. "
        "Put the file back, correct its address, or remove the reference.",
        url=page,
        resource=target,
        evidence=evidence(answer=reason, type=resource_type),
        steps=(f"Open {page} with the browser's network panel", f"The request for {target} fails: {reason}"),
    )


def _severity(resource_type: str, *, own: bool) -> Severity:
    if not own or resource_type == "icon":
        return Severity.LOW
    return Severity.HIGH if resource_type in _BEARING else Severity.MEDIUM


DETECTOR = Detector("broken-assets", "Scripts, style sheets, fonts and media that do not load.", (KIND,), detect)

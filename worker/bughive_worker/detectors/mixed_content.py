"""Parts of a secure page that come over plain HTTP.

Reports http: scripts, styles, frames, pictures, media and form targets of an https: page, once per address.
Browsers block the first three and try https: for pictures, so these weigh less. Not reported: plain links to http:
pages, and addresses of this machine, which browsers trust.
"""

from collections.abc import Iterator
from urllib.parse import urlsplit

from bughive_crds.model import Severity
from bughive_protocol.finding import SITE, Confidence, Finding, fingerprint
from bughive_worker.detectors.detector import Detector
from bughive_worker.detectors.identity import host_of, without_fragment
from bughive_worker.detectors.page import address
from bughive_worker.detectors.wording import evidence, title
from bughive_worker.observation import PageObservation

KIND = "mixed-content"
_TRUSTED = ("localhost", "127.0.0.1", "::1")
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".svg", ".ico", ".mp4", ".webm", ".mp3", ".ogg")


def detect(observation: PageObservation) -> Iterator[Finding]:
    """The http: addresses of an https: page."""
    page = address(observation)
    if not page.startswith("https:"):
        return
    named = observation.dom.mixed_content if observation.dom else ()
    loaded = (entry.url for entry in observation.network if entry.url.startswith("http:"))
    for url in dict.fromkeys(without_fragment(url) for url in (*named, *loaded)):
        if host_of(url) not in _TRUSTED:
            yield _finding(observation, page, url)


def _finding(observation: PageObservation, page: str, url: str) -> Finding:
    passive = urlsplit(url).path.lower().endswith(_PICTURES)
    return Finding(
        fingerprint=fingerprint(KIND, url, SITE),
        kind=KIND,
        severity=Severity.LOW if passive else Severity.MEDIUM,
        confidence=Confidence.CERTAIN,
        title=title(f"Secure page uses an insecure address: {url}"),
        description="Browsers block it, or anyone on the way may read and change it. "
        "Use https: in the address, and see that the other side serves it.",
        url=page,
        resource=url,
        template=observation.template,
        evidence=evidence(address=url, page=page),
        steps=(f"Open {page} with the browser's console", f"It names {url} as mixed content"),
    )


DETECTOR = Detector("mixed-content", "http: parts of https: pages.", (KIND,), detect)

"""Protections that a server could switch on by a header and did not.

Reports each missing header once per host; all are Low: nothing is broken, an attack is merely easier. Looks at HTML
pages that loaded well only. Not reported: Strict-Transport-Security where the site is not served over https, frame
protection where the content security policy has it, and headers whose absence browsers make good themselves
(Referrer-Policy, X-XSS-Protection).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from bughive_crds.model import Severity
from bughive_protocol.finding import SITE, Confidence, Finding, fingerprint
from bughive_worker.detectors.detector import Detector
from bughive_worker.detectors.identity import host_of
from bughive_worker.detectors.page import address, is_html, loaded_well
from bughive_worker.detectors.wording import evidence
from bughive_worker.observation import DomFacts, PageObservation

KIND = "missing-security-header"
_POLICY = "content-security-policy"


@dataclass(frozen=True, slots=True)
class _Protection:
    header: str
    against: str
    example: str
    is_there: Callable[[Mapping[str, str], DomFacts], bool]
    https_only: bool = False


_PROTECTIONS = (
    _Protection(
        "Content-Security-Policy",
        "injected scripts",
        "default-src 'self'",
        lambda headers, dom: _POLICY in headers or bool(dom.content_security_policy),
    ),
    _Protection(
        "X-Content-Type-Options",
        "uploads that are run as scripts",
        "nosniff",
        lambda headers, _: headers.get("x-content-type-options", "").lower() == "nosniff",
    ),
    _Protection(
        "X-Frame-Options",
        "clicks stolen by a page that frames this one",
        "SAMEORIGIN, or frame-ancestors 'self' in the Content-Security-Policy",
        lambda headers, _: "x-frame-options" in headers or "frame-ancestors" in headers.get(_POLICY, ""),
    ),
    _Protection(
        "Strict-Transport-Security",
        "a first visit over plain HTTP that is read or changed on the way",
        "max-age=31536000",
        lambda headers, _: "strict-transport-security" in headers,
        https_only=True,
    ),
)


def detect(observation: PageObservation) -> Iterator[Finding]:
    """The headers of a page's own document."""
    dom = loaded_well(observation)
    if dom is None or not observation.headers or not is_html(observation):
        return
    page = address(observation)
    for protection in _PROTECTIONS:
        applies = page.startswith("https:") or not protection.https_only
        if applies and not protection.is_there(observation.headers, dom):
            yield _finding(page, protection)


def _finding(page: str, protection: _Protection) -> Finding:
    host = host_of(page)
    return Finding(
        fingerprint=fingerprint(KIND, f"{host} {protection.header}", SITE),
        kind=KIND,
        severity=Severity.LOW,
        confidence=Confidence.CERTAIN,
        title=f"{host} does not send {protection.header}",
        description=f"The header protects against {protection.against}. "
        f"Send `{protection.header}: {protection.example}`, adapted to the site.",
        url=page,
        evidence=evidence(missing=protection.header, seen_on=page),
        steps=(f"Request {page}", f"The response has no {protection.header}"),
    )


DETECTOR = Detector("security-headers", "Missing protective headers, once per host.", (KIND,), detect)

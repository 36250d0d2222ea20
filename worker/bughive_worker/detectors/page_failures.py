"""Pages that could not be looked at: too slow to answer, too large, crashing, looping, unreachable.

One bug per page, or per host where the host is to blame (its name, its certificate, its port). Not reported: what
the egress guard refused (the installation's policy, no bug), downloads, and pages that redirect elsewhere.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from bughive_crds.model import Severity
from bughive_protocol.finding import SITE, Confidence, Finding, fingerprint
from bughive_protocol.frontier import PageEnd
from bughive_worker.detectors.detector import Detector
from bughive_worker.detectors.identity import host_of, without_query_values
from bughive_worker.detectors.wording import evidence, title
from bughive_worker.observation import PageObservation


@dataclass(frozen=True, slots=True)
class _Sort:
    kind: str
    severity: Severity
    confidence: Confidence
    says: str
    description: str
    of_host: bool = False


_SORTS = {
    PageEnd.TIMED_OUT: _Sort(
        "page-timeout",
        Severity.MEDIUM,
        Confidence.FIRM,
        "does not load in time",
        "Visitors give up long before. Look for a slow query, a request that is never answered, or an endless script.",
    ),
    PageEnd.CRASHED: _Sort(
        "page-crash",
        Severity.HIGH,
        Confidence.FIRM,
        "crashes the browser",
        "The tab dies, most often because a script takes all memory. Its profile shows what grows.",
    ),
    PageEnd.CRASHED_WORKER: _Sort(
        "page-crash",
        Severity.MEDIUM,
        Confidence.TENTATIVE,
        "took two workers down",
        "Two workers died while they had this page open. It may take far more memory than a page should.",
    ),
    PageEnd.TOO_LARGE: _Sort(
        "page-too-large",
        Severity.MEDIUM,
        Confidence.CERTAIN,
        "is too large for a browser to handle well",
        "Phones run out of memory or patience on it. Split the content over pages or load it on demand.",
    ),
    PageEnd.REDIRECT_LOOP: _Sort(
        "redirect-loop",
        Severity.HIGH,
        Confidence.CERTAIN,
        "redirects in a circle",
        "Nobody can ever see this page. Follow its redirects one by one and mend the one that leads back.",
    ),
    PageEnd.BAD_TLS: _Sort(
        "bad-tls",
        Severity.HIGH,
        Confidence.CERTAIN,
        "has no valid certificate",
        "Browsers show a warning in place of the site. Renew or correct the certificate and its chain.",
        of_host=True,
    ),
    PageEnd.DNS_FAILURE: _Sort(
        "dns-failure",
        Severity.MEDIUM,
        Confidence.FIRM,
        "has no address",
        "The host's name is not known. Correct the links to it or its DNS records.",
        of_host=True,
    ),
    PageEnd.UNREACHABLE: _Sort(
        "page-unreachable",
        Severity.MEDIUM,
        Confidence.FIRM,
        "cannot be reached",
        "The server refused or broke the connection. Its log and its load at that time tell the cause.",
    ),
}


def detect(observation: PageObservation) -> Iterator[Finding]:
    """How the visit ended, where it did not end with a page."""
    sort = _SORTS.get(observation.end)
    if sort is None:
        return
    subject = host_of(observation.url) if sort.of_host else without_query_values(observation.url)
    yield Finding(
        fingerprint=fingerprint(sort.kind, subject, SITE),
        kind=sort.kind,
        severity=sort.severity,
        confidence=sort.confidence,
        title=title(f"{host_of(observation.url) if sort.of_host else observation.url} {sort.says}"),
        description=sort.description,
        url=observation.url,
        evidence=evidence(
            what_happened=observation.error,
            redirects=" → ".join(observation.redirects),
            linked_from=observation.referrer,
            waited=f"{observation.duration_ms} ms",
        ),
        steps=(f"Open {observation.url}", f"It {sort.says}"),
    )


DETECTOR = Detector(
    "page-failures",
    "Pages that time out, crash, loop, are too large or cannot be reached.",
    tuple(dict.fromkeys(sort.kind for sort in _SORTS.values())),
    detect,
)

"""Pages that answer an error where no link is to blame.

Reports a page that answers 5xx, however it was reached, and a start page or sitemap entry that answers a client
error. One path is one bug, whatever its parameters were. Not reported: a 503 with Retry-After (the server says
it is busy), 401, 403, 429 and the like; a 404 behind a link is the link's bug (broken-links).
"""

from collections.abc import Iterator

from bughive_crds.model import Severity
from bughive_protocol.finding import SITE, Confidence, Finding, fingerprint
from bughive_protocol.frontier import PageEnd, Via
from bughive_worker.detectors.detector import Detector
from bughive_worker.detectors.failures import CLIENT_ERROR, SERVER_ERROR, UNVERIFIABLE
from bughive_worker.detectors.identity import without_query_values
from bughive_worker.detectors.wording import evidence, title
from bughive_worker.observation import PageObservation

SERVER = "server-error"
CLIENT = "http-error"
_BUSY = 503


def detect(observation: PageObservation) -> Iterator[Finding]:
    """The document's status."""
    status = observation.status
    if observation.end is not PageEnd.LOADED or status is None or status in UNVERIFIABLE:
        return
    if status >= SERVER_ERROR:
        if status != _BUSY or "retry-after" not in observation.headers:
            yield _server_error(observation, status)
    elif status >= CLIENT_ERROR and (observation.via in (Via.START, Via.SITEMAP) or not observation.referrer):
        yield _client_error(observation, status)


def _server_error(observation: PageObservation, status: int) -> Finding:
    return Finding(
        fingerprint=fingerprint(SERVER, without_query_values(observation.url), SITE),
        kind=SERVER,
        severity=Severity.HIGH,
        confidence=Confidence.CERTAIN,
        title=title(f"The server fails with HTTP {status} on {observation.url}"),
        description="The server could not produce this page, so nobody can use it. "
        "Its log at the time of the visit tells the cause.",
        url=observation.url,
        evidence=evidence(answer=f"HTTP {status}", linked_from=observation.referrer, seen_at=observation.observed_at),
        steps=(f"Open {observation.url}", f"The server answers HTTP {status}"),
    )


def _client_error(observation: PageObservation, status: int) -> Finding:
    start = observation.via is Via.START
    named = "The start page" if start else "A page that the sitemap names"
    return Finding(
        fingerprint=fingerprint(CLIENT, observation.url, SITE),
        kind=CLIENT,
        severity=Severity.HIGH if start else Severity.MEDIUM,
        confidence=Confidence.CERTAIN,
        title=title(f"{named} answers HTTP {status}: {observation.url}"),
        description="Visitors and search engines are sent to a page that does not exist. "
        "Restore it, redirect it to its successor, or take it out of the sitemap.",
        url=observation.url,
        evidence=evidence(answer=f"HTTP {status}", known_from=observation.via),
        steps=(f"Open {observation.url}", f"The server answers HTTP {status}"),
    )


DETECTOR = Detector(
    "http-errors", "Pages that answer a server error; start and sitemap pages that are gone.", (SERVER, CLIENT), detect
)

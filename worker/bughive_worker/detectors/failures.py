"""Which of a page's resources failed: the network log and the browser's own console lines, as one list."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bughive_protocol.finding import Confidence
from bughive_worker.detectors.identity import same_site, without_fragment
from bughive_worker.observation import ConsoleEntry, NetworkEntry, PageObservation

_FAILED_LINE = re.compile(r"^Failed to load resource: (?:.*status of (?P<status>\d{3})|(?P<failure>net::\S+))")
UNVERIFIABLE = frozenset({401, 403, 407, 408, 425, 429, 451, 999})
"""A server that will not tell a robot, or not now: no bug can be read from these."""
_NOT_THE_SITES_FAULT = (
    "net::ERR_ABORTED",  # the page or the visit changed its mind
    "net::ERR_BLOCKED_BY_",  # a content filter, a policy or the egress guard
    "net::ERR_TUNNEL_CONNECTION_FAILED",  # the egress guard
    "net::ERR_PROXY_",
    "net::ERR_NO_SUPPORTED_PROXIES",
    "net::ERR_INTERNET_DISCONNECTED",
    "net::ERR_NETWORK_",  # this machine's network, not theirs
    "net::ERR_INSUFFICIENT_RESOURCES",
    "net::ERR_CACHE_",
)
CLIENT_ERROR = 400
"""HTTP's first status that is an error."""
SERVER_ERROR = 500
"""HTTP's first status that is the server's own error."""


@dataclass(frozen=True, slots=True)
class Failure:
    """One resource that the page asked for and did not get."""

    url: str
    resource_type: str
    """As in ``NetworkEntry``; empty where only the console tells of it."""
    status: int | None
    failure: str | None

    @property
    def reason(self) -> str:
        """The status or the net error, for people."""
        return f"HTTP {self.status}" if self.status else (self.failure or "no answer")


def failures(observation: PageObservation) -> Iterator[Failure]:
    """Every resource that failed for a reason that says something about the site, once each."""
    types = {entry.url: entry.resource_type for entry in observation.network}
    document = {without_fragment(observation.url), without_fragment(observation.final_url)}
    seen: set[str] = set()
    for entry in (*observation.network, *filter(None, map(_from_console, observation.console))):
        if not _counts(entry) or entry.url in seen or without_fragment(entry.url) in document:
            continue
        seen.add(entry.url)
        resource_type = entry.resource_type or types.get(entry.url, "")
        yield Failure(entry.url, resource_type, entry.status, entry.failure)


def is_failed_resource_line(line: ConsoleEntry) -> bool:
    """Whether the browser itself wrote this line about a resource, so that it is no message of the page."""
    return line.text.startswith("Failed to load resource")


def confidence(failure: Failure, page_url: str) -> Confidence:
    """An answer is certain; silence may be this machine's network, and another site's silence is little to go by."""
    if failure.status:
        return Confidence.CERTAIN
    return Confidence.FIRM if same_site(failure.url, page_url) else Confidence.TENTATIVE


def _from_console(line: ConsoleEntry) -> NetworkEntry | None:
    match = _FAILED_LINE.match(line.text)
    if not match or not line.url:
        return None
    status = int(match["status"]) if match["status"] else None
    return NetworkEntry(line.url, resource_type="", status=status, failure=match["failure"])


def _counts(entry: NetworkEntry) -> bool:
    if entry.status is not None:
        return entry.status >= CLIENT_ERROR and entry.status not in UNVERIFIABLE
    return entry.failure is not None and not entry.failure.startswith(_NOT_THE_SITES_FAULT)

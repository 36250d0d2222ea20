"""What the egress proxy knows of a failure, in the terms of a page and of its resources. Pure."""

from collections.abc import Callable
from dataclasses import replace

from bughive_protocol.frontier import PageEnd
from bughive_worker.net.failure import Failure, FailureKind
from bughive_worker.net.urls import canonical, split_authority
from bughive_worker.observation import NetworkEntry

FailureOf = Callable[[str, int], Failure | None]
"""Why the proxy did not reach a host and port, None where it did; ``EgressProxy.last_failure``."""

_PROXY_STATUS = frozenset((403, 502))
"""What the proxy answers for a plain http request that it could not or would not pass on."""
_ENDS = {
    FailureKind.REFUSED_BY_GUARD: PageEnd.REFUSED,
    FailureKind.DNS: PageEnd.DNS_FAILURE,
    FailureKind.REFUSED: PageEnd.UNREACHABLE,
    FailureKind.RESET: PageEnd.UNREACHABLE,
    FailureKind.TIMEOUT: PageEnd.TIMED_OUT,
}
_NET_ERRORS = {
    FailureKind.REFUSED_BY_GUARD: "net::ERR_BLOCKED_BY_EGRESS_GUARD",
    FailureKind.DNS: "net::ERR_NAME_NOT_RESOLVED",
    FailureKind.REFUSED: "net::ERR_CONNECTION_REFUSED",
    FailureKind.RESET: "net::ERR_CONNECTION_RESET",
    FailureKind.TIMEOUT: "net::ERR_CONNECTION_TIMED_OUT",
}


def nowhere(_host: str, _port: int) -> None:
    """Stand for ``FailureOf`` where there is no proxy."""


def failure_at(url: str, failure_of: FailureOf) -> tuple[PageEnd, str] | None:
    """Why ``url`` was not reached, as the proxy saw it; None where it knows of no failure."""
    spelled = canonical(url)
    failure = failure_of(*split_authority(spelled)) if spelled else None
    return (_ENDS[failure.kind], failure.message) if failure else None


def answered_by_proxy(url: str, status: int, failure_of: FailureOf) -> tuple[PageEnd, str] | None:
    """Why the proxy itself answered a plain http request; None where the site did."""
    return failure_at(url, failure_of) if status in _PROXY_STATUS and url.startswith("http:") else None


def explained(entry: NetworkEntry, failure_of: FailureOf) -> NetworkEntry:
    """A resource's entry with the proxy's answer turned into the net error that a browser without proxy would see."""
    doubtful = entry.failure == "net::ERR_TUNNEL_CONNECTION_FAILED" or (
        entry.status in _PROXY_STATUS and entry.url.startswith("http:")
    )
    spelled = canonical(entry.url) if doubtful else None
    failure = failure_of(*split_authority(spelled)) if spelled else None
    return replace(entry, status=None, failure=_NET_ERRORS[failure.kind]) if failure else entry

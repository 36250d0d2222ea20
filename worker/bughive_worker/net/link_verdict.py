"""What the answer to a link check means. Pure."""

from http import HTTPStatus
from ipaddress import ip_address
from urllib.parse import urlsplit

from bughive_protocol.frontier import LinkResult, LinkVerdict
from bughive_worker.net.fetched import Fetched, FetchError

# Servers answer these to robots, to strangers or in some countries; a visitor may well see the page.
_NOT_FOR_ROBOTS = frozenset((401, 403, 407, 408, 425, 429, 451, 999))
_BROKEN_ERRORS = frozenset((FetchError.DNS, FetchError.REFUSED, FetchError.TLS))
_DEFINITE_ERRORS = frozenset((FetchError.DNS, FetchError.TLS, FetchError.REFUSED_BY_GUARD))
_DEFINITE_STATUSES = frozenset((HTTPStatus.GONE, HTTPStatus.TOO_MANY_REQUESTS))


def needs_get(head: Fetched) -> bool:
    """Whether the answer to HEAD is not to be trusted: many servers know GET alone."""
    if head.error is not None:
        return head.error not in _DEFINITE_ERRORS
    return _fails(head) and head.status not in _DEFINITE_STATUSES


def asks_to_slow_down(fetched: Fetched) -> bool:
    """Whether the host says it is too much."""
    return fetched.status == HTTPStatus.TOO_MANY_REQUESTS or _is_away_for_now(fetched)


def link_result(url: str, fetched: Fetched) -> LinkResult:
    """The verdict on a link to ``url``."""
    if fetched.error is not None:
        to_visitor = fetched.error is FetchError.REFUSED_BY_GUARD and _is_visitors_own(url)
        broken = fetched.error in _BROKEN_ERRORS or to_visitor
        verdict = LinkVerdict.BROKEN if broken else LinkVerdict.UNVERIFIABLE
        why = "it leads to the machine of whoever opens it" if to_visitor else fetched.message
        return LinkResult(url=url, verdict=verdict, error=f"{fetched.error}: {why}")
    if not _fails(fetched):
        verdict = LinkVerdict.OK
    elif fetched.status in _NOT_FOR_ROBOTS or _is_away_for_now(fetched):
        verdict = LinkVerdict.UNVERIFIABLE
    else:
        verdict = LinkVerdict.BROKEN
    return LinkResult(url=url, verdict=verdict, status=fetched.status)


def _is_visitors_own(url: str) -> bool:
    """Whether a URL names whatever machine it is opened on: a developer's address that was left in a page.

    A site that is itself there is allowed by the guard, and its links are checked like any other's.
    """
    host = urlsplit(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _fails(fetched: Fetched) -> bool:
    return fetched.status is not None and fetched.status >= HTTPStatus.BAD_REQUEST


def _is_away_for_now(fetched: Fetched) -> bool:
    return fetched.status == HTTPStatus.SERVICE_UNAVAILABLE and "retry-after" in fetched.headers

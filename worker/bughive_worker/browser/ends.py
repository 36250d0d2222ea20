"""What Chromium's and Playwright's error texts mean for a page. Pure."""

import re

from bughive_protocol.frontier import PageEnd

_NET_ERROR = re.compile(r"net::(ERR_[A-Z0-9_]+)")
_ENDS: tuple[tuple[re.Pattern[str], PageEnd], ...] = tuple(
    (re.compile(pattern), end)
    for pattern, end in (
        (r"ERR_TOO_MANY_REDIRECTS", PageEnd.REDIRECT_LOOP),
        (r"ERR_(CERT|SSL|BAD_SSL|TLS)_", PageEnd.BAD_TLS),
        (r"ERR_(NAME_NOT_RESOLVED|NAME_RESOLUTION_FAILED|DNS_.*)", PageEnd.DNS_FAILURE),
        (r"ERR_(CONNECTION_)?TIMED_OUT", PageEnd.TIMED_OUT),
        # To a scheme that is no page: mailto:, file:, an application's own.
        (r"ERR_(UNSAFE_REDIRECT|UNKNOWN_URL_SCHEME|DISALLOWED_URL_SCHEME)", PageEnd.REDIRECTED_AWAY),
        # The navigation ended without a document: a download, or 204 No Content.
        (r"ERR_ABORTED", PageEnd.DOWNLOAD),
        (r"ERR_", PageEnd.UNREACHABLE),
        (r"Download is starting", PageEnd.DOWNLOAD),
        (r"[Cc]rash|closed|Connection", PageEnd.CRASHED),
    )
)


def end_of(error: str) -> PageEnd:
    """How a navigation ended that failed with this text. What is not known counts as unreachable."""
    return next((end for pattern, end in _ENDS if pattern.search(error)), PageEnd.UNREACHABLE)


def net_error(error: str) -> str:
    """The browser's own word, such as ``net::ERR_CONNECTION_RESET``; else the first line, bounded."""
    match = _NET_ERROR.search(error)
    return match[0] if match else error.strip().partition("\n")[0][:200]

"""What requests to the site carry so that it knows who asks. Other sites never get it."""

import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

from bughive_worker.net.urls import canonical, split_authority

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\x20-\x3a\x3c-\x7e]*")


@dataclass(frozen=True, slots=True)
class SiteCookie:
    """A cookie that the site set, or that the Secret holds."""

    name: str
    value: str
    domain: str
    """With a leading dot where subdomains get it too."""
    path: str = "/"
    secure: bool = False
    http_only: bool = False
    same_site: Literal["Lax", "None", "Strict"] | None = None
    expires: float = -1
    """Seconds since 1970; -1: with the browser."""

    def goes_to(self, url: str, now: float) -> bool:
        """Whether a browser would send it with a request for a canonical URL (RFC 6265)."""
        parts, (host, _) = urlsplit(url), split_authority(url)
        below = self.domain.startswith(".") and host.endswith(self.domain)
        path = parts.path or "/"
        under = path == self.path or path.startswith(self.path.rstrip("/") + "/")
        alive = self.expires < 0 or self.expires > now
        return (
            (host == self.domain.lstrip(".") or below)
            and under
            and alive
            and (parts.scheme == "https" or not self.secure)
        )


class SiteAuth:
    """The headers and cookies of one session; there are none until it has logged in.

    They go to the site's own hosts only, and over http only where the site itself is crawled over http.
    """

    def __init__(self, start: str, in_site: Callable[[str], bool]) -> None:
        """``start``: the start page; ``in_site``: whether a canonical URL is one of the site's own."""
        self._plain = start.startswith("http:")
        self._in_site = in_site
        self.headers: Mapping[str, str] = {}
        self.cookies: tuple[SiteCookie, ...] = ()
        self.storage: tuple[Any, ...] = ()
        """What pages keep of a login in localStorage, by origin, in Playwright's form."""

    def allows(self, url: str) -> bool:
        """Whether credentials may go to a URL, however it is spelled."""
        spelled = canonical(url)
        return spelled is not None and (self._plain or spelled.startswith("https:")) and self._in_site(spelled)

    def headers_for(self, url: str) -> Mapping[str, str]:
        """The headers for a browser's request; it has the cookies itself."""
        return self.headers if self.headers and self.allows(url) else {}

    def headers_with_cookies(self, url: str) -> Mapping[str, str]:
        """The headers for a request without a browser."""
        if not (self.headers or self.cookies) or not self.allows(url):
            return {}
        now = time.time()
        pairs = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.cookies if cookie.goes_to(url, now))
        return {**self.headers, "Cookie": pairs} if pairs else self.headers


def cookies_of(header: str, hosts: Iterable[str], *, secure: bool) -> tuple[SiteCookie, ...]:
    """The cookies of a ``Cookie`` header, ``name=value; name=value``, for each of these hosts.

    Raises:
        ValueError: it is none; the message does not quote it.
    """
    pairs = [part.strip().partition("=") for part in header.split(";") if part.strip()]
    if not pairs or not all(
        equals and _NAME.fullmatch(name) and _VALUE.fullmatch(value) for name, equals, value in pairs
    ):
        raise ValueError("must be name=value; name=value")
    return tuple(SiteCookie(name, value, host, secure=secure) for host in hosts for name, _, value in pairs)

"""Small HTTP requests without a browser - robots.txt, sitemaps, link checks - through the egress proxy."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType, TracebackType
from typing import Self

import aiohttp
from yarl import URL

from bughive_worker.net.body import read_at_most
from bughive_worker.net.connection import MARKS
from bughive_worker.net.failure import Failure, FailureKind
from bughive_worker.net.fetched import Fetched, FetchError, Hop
from bughive_worker.net.logout import logs_out
from bughive_worker.net.proxy import EgressProxy
from bughive_worker.net.site_auth import SiteAuth
from bughive_worker.net.urls import canonical, split_authority, without_fragment

_REDIRECTS = (301, 302, 303, 307, 308)
_MAX_HEADER = 64 * 1024
_NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """How much is read and how long is waited, in bytes and seconds."""

    body: int = 5_000_000
    redirects: int = 10
    total: float = 20
    """For each hop, from the connection to the end of the body."""


class Fetcher:
    """An HTTP client behind the guard. Cookies that answers set are not kept."""

    def __init__(
        self,
        proxy: EgressProxy,
        *,
        user_agent: str,
        headers: Mapping[str, str] | None = None,
        in_site: Callable[[str], bool] = lambda _: False,
        auth: SiteAuth | None = None,
        limits: FetchLimits = FetchLimits(),
    ) -> None:
        """``headers`` (``spec.browser.headers``) are sent to URLs for which ``in_site`` holds, and to no other.

        ``auth``: what shows the site who asks; None: nothing does. With it, no redirect is followed to a page that logs
        out.
        """
        self._proxy = proxy
        self._common = {"User-Agent": user_agent, "Accept": "*/*"}
        self._own = dict(headers or {})
        self._in_site = in_site
        self._auth = auth
        self._limits = limits
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def get(self, url: str, *, body_limit: int | None = None) -> Fetched:
        """GET a canonical URL and follow its redirects. ``body_limit`` 0 reads the head alone. Never raises."""
        return await self._follow("GET", url, self._limits.body if body_limit is None else body_limit)

    async def head(self, url: str) -> Fetched:
        """HEAD a canonical URL and follow its redirects. Never raises."""
        return await self._follow("HEAD", url, 0)

    async def ask(self, url: str, headers: Mapping[str, str]) -> Fetched:
        """GET a canonical URL with further headers; a redirect is the answer, not followed. Never raises."""
        return await self._once("GET", url, self._limits.body, (), headers)

    async def _follow(self, method: str, url: str, body_limit: int) -> Fetched:
        hops: list[Hop] = []
        while True:
            fetched = await self._once(method, url, body_limit, tuple(hops))
            location = fetched.headers.get("location")
            if fetched.status not in _REDIRECTS or not location:
                return fetched
            hops.append(Hop(url, fetched.status))
            following = canonical(location, url)
            if following is None:
                message = f"redirects to {location[:200]!r}, which is no web page"
                return Fetched.failed(url, tuple(hops), FetchError.MALFORMED, message)
            if len(hops) > self._limits.redirects:
                message = f"more than {self._limits.redirects} redirects"
                return Fetched.failed(url, tuple(hops), FetchError.TOO_MANY_REDIRECTS, message)
            if self._auth is not None and logs_out(following):
                return fetched
            url = following

    async def _once(
        self, method: str, url: str, body_limit: int, hops: tuple[Hop, ...], further: Mapping[str, str] = _NONE
    ) -> Fetched:
        try:
            async with asyncio.timeout(self._limits.total):
                return await self._request(method, url, body_limit, hops, further)
        except TimeoutError:
            return Fetched.failed(url, hops, FetchError.TIMEOUT, f"no answer in {self._limits.total:g} s")
        except aiohttp.ClientHttpProxyError:
            return self._proxy_failed(url, hops)
        except aiohttp.ClientSSLError as error:
            return Fetched.failed(url, hops, FetchError.TLS, str(error))
        except aiohttp.ClientConnectionError as error:
            return Fetched.failed(url, hops, FetchError.RESET, str(error) or "the connection was closed")
        except aiohttp.ClientError as error:
            return Fetched.failed(url, hops, FetchError.MALFORMED, str(error))

    async def _request(
        self, method: str, url: str, body_limit: int, hops: tuple[Hop, ...], further: Mapping[str, str]
    ) -> Fetched:
        own = self._own if self._in_site(url) else _NONE
        headers = {**self._common, **further, **own, **(self._auth.headers_with_cookies(url) if self._auth else _NONE)}
        address = URL(without_fragment(url), encoded=True)
        async with self._connected().request(method, address, headers=headers, allow_redirects=False) as response:
            if self._failure(url) and any(mark in response.headers for mark in MARKS):
                return self._proxy_failed(url, hops)
            body = b"" if method == "HEAD" else await read_at_most(response, body_limit)
            return Fetched(
                url=url,
                status=response.status,
                headers={name.lower(): value for name, value in response.headers.items()},
                body=body[:body_limit],
                truncated=len(body) > body_limit,
                hops=hops,
            )

    def _connected(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                proxy=self._proxy.url,
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None),
                max_line_size=_MAX_HEADER,
                max_field_size=_MAX_HEADER,
            )
        return self._session

    def _failure(self, url: str) -> Failure | None:
        return self._proxy.last_failure(*split_authority(url))

    def _proxy_failed(self, url: str, hops: tuple[Hop, ...]) -> Fetched:
        failure = self._failure(url)
        if failure is None:  # a success on another connection came in between
            return Fetched.failed(url, hops, FetchError.RESET, "the connection was closed")
        error = FetchError(failure.kind.value)
        if failure.kind is FailureKind.DNS and failure.temporary:
            error = FetchError.DNS_UNAVAILABLE
        return Fetched.failed(url, hops, error, failure.message)

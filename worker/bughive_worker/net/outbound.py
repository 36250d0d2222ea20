"""Requests to services that users name - webhooks, issue trackers, model providers - through the egress guard."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import aiohttp
from yarl import URL

from bughive_protocol.errors import BugHiveError, EgressRefused, IntegrationUnavailable
from bughive_worker.net.body import read_at_most
from bughive_worker.net.connection import MARKS
from bughive_worker.net.egress import EgressPolicy
from bughive_worker.net.failure import FailureKind
from bughive_worker.net.hosts import normal_host
from bughive_worker.net.proxy import EgressProxy
from bughive_worker.net.resolver import Resolve, system_resolve

_USER_AGENT = "BugHive/0.1"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service said, whatever its status."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case; of several of one name the last."""
    body: bytes = b""
    """Decompressed, and cut at the limit."""
    truncated: bool = False


class Outbound:
    """An HTTP client behind a guard of its own. Cookies are not kept, redirects not followed.

    Messages of its errors name host and port and no more: the path of a webhook is often its password.
    Use it in the event loop that started it.
    """

    def __init__(self, policy: EgressPolicy, *, resolve: Resolve = system_resolve) -> None:
        self._proxy = EgressProxy(policy, resolve=resolve)
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Open the guard."""
        await self._proxy.start()
        self._session = aiohttp.ClientSession(
            proxy=self._proxy.url,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None),
            headers={"User-Agent": _USER_AGENT},
        )

    async def stop(self) -> None:
        """Close all connections, then the guard."""
        if self._session is not None:
            await self._session.close()
            self._session = None
        await self._proxy.stop()

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes,
        limit_bytes: int,
        timeout_seconds: float,
    ) -> Answer:
        """Ask once. Any status is an answer, redirects too.

        Args:
            method: such as ``POST``.
            url: with http or https, without a user name or password.
            headers: sent as they are.
            body: empty: none is sent.
            limit_bytes: how much of the answer's body is read.
            timeout_seconds: from the connection to the end of the body.

        Raises:
            EgressRefused: the guard forbids the address, or it is none; the message says what would allow it.
            IntegrationUnavailable: no answer came.
        """
        if self._session is None:
            raise RuntimeError("the way out was not started")
        address = _parse(url)
        where = f"{address.host}:{address.port}"
        try:
            async with (
                asyncio.timeout(timeout_seconds),
                self._session.request(
                    method, address, headers=headers, data=body or None, allow_redirects=False
                ) as response,
            ):
                if any(mark in response.headers for mark in MARKS):
                    self._raise_failure(address)
                read = await read_at_most(response, limit_bytes)
                answered = {name.lower(): value for name, value in response.headers.items()}
                return Answer(response.status, answered, read[:limit_bytes], truncated=len(read) > limit_bytes)
        except TimeoutError as error:
            raise IntegrationUnavailable(f"{where} did not answer in {timeout_seconds:g} s") from error
        except aiohttp.ClientHttpProxyError as error:
            self._raise_failure(address)
            # A success on another connection came in between.
            raise IntegrationUnavailable(f"{where} closed the connection") from error
        except aiohttp.ClientSSLError as error:
            raise IntegrationUnavailable(f"{where} cannot be trusted: {error}") from error
        except aiohttp.ClientError as error:
            raise IntegrationUnavailable(f"{where} broke off ({type(error).__name__})") from error

    def _raise_failure(self, address: URL) -> None:
        """Tell what the guard knows of a destination. Servers can write its headers too: then it knows nothing."""
        failure = self._proxy.last_failure(address.host or "", address.port or 0)
        if failure is not None:
            refused = failure.kind is FailureKind.REFUSED_BY_GUARD
            error: type[BugHiveError] = EgressRefused if refused else IntegrationUnavailable
            raise error(failure.message)


def _parse(url: str) -> URL:
    """The address as it is to be sent, byte by byte where it is ASCII: some are signed. Raises EgressRefused."""
    try:
        address = URL(url, encoded=url.isascii())
        sound = address.scheme in ("http", "https") and address.port and normal_host(address.host or "")
    except ValueError:
        sound = None
    if not sound or not url.isprintable() or " " in url:
        raise EgressRefused("this is no address of a web service: write one that begins with https://")
    if address.user is not None or address.password is not None:
        raise EgressRefused(f"the address at {address.host} carries a user name or password: put these into a Secret")
    return address

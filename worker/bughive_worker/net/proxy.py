"""The forward proxy all of the worker's traffic to sites goes through.

It listens on loopback only and asks for no password: the password would cost a round trip for each connection and
make Playwright intercept every request, and whoever can reach it is on this machine already and could dial by
himself; in a cluster the pod's loopback is the pod's alone.
"""

import asyncio
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from bughive_worker.net.connection import ClientConnection
from bughive_worker.net.dial import Dialer
from bughive_worker.net.egress import EgressPolicy
from bughive_worker.net.failure import Failure
from bughive_worker.net.hosts import normal_host
from bughive_worker.net.resolver import DnsCache, Resolve, system_resolve

_SWEEP = 5.0


@dataclass(frozen=True, slots=True)
class ProxyLimits:
    """How long the proxy waits, in seconds, and for how many."""

    connect: float = 10
    """For a name's addresses, and for each of them to accept."""
    head: float = 30
    """For the rest of a request's head."""
    idle: float = 150
    """For anything at all to happen on a connection; longer than any page may take."""
    dns_ttl: float = 30
    """How long a name's addresses are remembered."""
    connections: int = 1024


class EgressProxy:
    """An HTTP proxy (absolute-form requests, CONNECT, websockets) that dials nothing but what the policy allows.

    A refusal is answered 403 with ``X-BugHive-Refused``, a failure 502 with ``X-BugHive-Error: dns|refused|timeout|
    reset``. Sites can write such headers themselves, and a browser hides the answer to CONNECT: what really happened
    is what ``last_failure`` says. Sockets belong to the event loop that called ``start``.
    """

    def __init__(
        self,
        policy: EgressPolicy,
        *,
        resolve: Resolve = system_resolve,
        limits: ProxyLimits = ProxyLimits(),
    ) -> None:
        self._limits = limits
        self._dialer = Dialer(policy, DnsCache(resolve, self._limits.dns_ttl), self._limits.connect)
        self._open: set[ClientConnection] = set()
        self._server: asyncio.Server | None = None
        self._sweeper: asyncio.Task[None] | None = None
        self.port = 0

    @property
    def url(self) -> str:
        """What clients use as their proxy, such as ``http://127.0.0.1:41234``."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Listen on a free port of 127.0.0.1."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: ClientConnection(self._dialer, self), "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        self._sweeper = loop.create_task(self._sweep())

    async def stop(self) -> None:
        """Close the port and every connection."""
        if self._server is None or self._sweeper is None:
            return
        self._sweeper.cancel()
        self._server.close()
        for connection in tuple(self._open):
            connection.abort()
        await asyncio.gather(self._sweeper, self._server.wait_closed(), return_exceptions=True)
        self._server = self._sweeper = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    def last_failure(self, host: str, port: int) -> Failure | None:
        """Why the last connection to a destination failed; None where none was tried or it succeeded."""
        return self._dialer.failures.get(normal_host(host) or host, port)

    @property
    def open_connections(self) -> int:
        """How many clients are connected."""
        return len(self._open)

    def opened(self, connection: ClientConnection) -> bool:
        """Count a connection; False where there are too many."""
        if len(self._open) >= self._limits.connections:
            return False
        self._open.add(connection)
        return True

    def closed(self, connection: ClientConnection) -> None:
        """Forget a connection."""
        self._open.discard(connection)

    async def _sweep(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(min(_SWEEP, self._limits.head / 2, self._limits.idle / 2))
            now = loop.time()
            for connection in tuple(self._open):
                connection.expire(now, self._limits.head, self._limits.idle)

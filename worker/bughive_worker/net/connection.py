"""The client's side of a proxied connection: to which server it leads, and what the client is told if it fails."""

import asyncio
from http import HTTPStatus
from typing import Protocol as Interface
from typing import cast

from bughive_worker.net.dial import Dialer
from bughive_worker.net.failure import Failure, FailureKind, Unreachable
from bughive_worker.net.request_head import BadRequest, Target
from bughive_worker.net.request_reader import RequestReader
from bughive_worker.net.upstream import Upstream

_REFUSED, _ERROR = "X-BugHive-Refused", "X-BugHive-Error"
MARKS = (_REFUSED, _ERROR)
"""One of these headers is in each answer that is the proxy's own. Servers can write them too."""
_ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n\r\n"


class Connections(Interface):
    """Where open connections are counted."""

    def opened(self, connection: "ClientConnection") -> bool:
        """Count it; False where there are too many."""
        ...

    def closed(self, connection: "ClientConnection") -> None:
        """It is over."""


class ClientConnection(asyncio.Protocol):
    """One connection of the browser to the proxy, and the one server it talks to at a time.

    Only requests are read: the server's bytes pass as they are, so whichever side closes a kept-alive connection
    closes both. A request for another server than the last one's is checked and dialled anew.
    """

    transport: asyncio.Transport

    def __init__(self, dialer: Dialer, connections: Connections) -> None:
        self._dialer = dialer
        self._connections = connections
        self._loop = asyncio.get_running_loop()
        self._reader = RequestReader(self)
        self._target: Target | None = None
        self._upstream: Upstream | None = None
        self._dialling: asyncio.Task[None] | None = None
        self._waiting: list[bytes] = []
        """What is to be sent once the server is connected; a read or two, as reading stops until then."""
        self._ending = False
        self._last_active = self._loop.time()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client is here."""
        self.transport = cast("asyncio.Transport", transport)
        if not self._connections.opened(self):
            self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone, and with it all that was done for it."""
        del exc
        self.abort()
        self._connections.closed(self)

    def data_received(self, data: bytes) -> None:
        """Pass on, or begin, a request."""
        if self._ending:
            return
        self._last_active = self._loop.time()
        try:
            self._reader.feed(data)
        except BadRequest as problem:
            self._answer(problem.status, str(problem), f"{_ERROR}: request")

    def eof_received(self) -> bool:
        """In a tunnel each way ends by itself; elsewhere the client is done."""
        if self._ending or not self._reader.piped or self._upstream is None:
            return False
        self._upstream.transport.write_eof()
        return True

    def pause_writing(self) -> None:
        """The client does not keep up with the server."""
        if self._upstream is not None:
            self._upstream.transport.pause_reading()

    def resume_writing(self) -> None:
        """The client caught up."""
        if self._upstream is not None:
            self._upstream.transport.resume_reading()

    def tunnel(self, target: Target) -> None:
        """CONNECT."""
        if self._target is not None:
            raise BadRequest("CONNECT must be the first request of a connection")
        self._dial(target, greeting=_ESTABLISHED)

    def request(self, target: Target, head: bytes) -> None:
        """Send a request to its server: the one at hand, or one that is dialled now."""
        if self._upstream is not None and target == self._target:
            self._upstream.send(head, is_request=True)
            return
        if self._dialling is not None or (self._upstream is not None and not self._upstream.answered):
            raise BadRequest("wait for the answer before you ask another server")
        if self._upstream is not None:
            self._upstream.release()
            self._upstream = None
        self._waiting.append(head)
        self._dial(target)

    def send(self, data: bytes) -> None:
        """Pass on what belongs to the request or the tunnel."""
        if self._upstream is None:
            self._waiting.append(data)
        else:
            self._upstream.send(data)

    def _dial(self, target: Target, greeting: bytes = b"") -> None:
        self._target = target
        self.transport.pause_reading()
        self._dialling = self._loop.create_task(self._connect(target, greeting))

    async def _connect(self, target: Target, greeting: bytes) -> None:
        try:
            upstream = await self._dialer.dial(target.host, target.port, lambda: Upstream(self))
        except Unreachable as error:
            self._fail(error.failure)
            return
        finally:
            self._dialling = None
            self.transport.resume_reading()
        if self._ending:
            upstream.abort()
            return
        self._upstream = upstream
        self._last_active = self._loop.time()
        if greeting:
            self.transport.write(greeting)
        if self._waiting:
            upstream.send(b"".join(self._waiting), is_request=not greeting)
            self._waiting.clear()

    def answered(self) -> None:
        """The server begins to answer: it is well again, whatever went wrong before."""
        if self._target is not None:
            self._dialer.failures.clear(self._target.host, self._target.port)

    def receive(self, data: bytes) -> None:
        """Pass on what the server sent."""
        self._last_active = self._loop.time()
        self.transport.write(data)

    def server_ended(self, upstream: Upstream) -> None:
        """In a tunnel each way ends by itself; elsewhere the connection is over."""
        if not self._reader.piped:
            self.server_gone(upstream)
        elif not self._ending:
            self.transport.write_eof()

    def server_gone(self, upstream: Upstream) -> None:
        """Close what the client has, or say so where its first request got nothing.

        On a reused connection the client sees the same close as without a proxy, and asks again by itself.
        """
        if self._target is not None and upstream.requests == 1 and not upstream.answered:
            where = f"{self._target.host}:{self._target.port}"
            failure = Failure(FailureKind.RESET, f"{where} closed the connection without an answer")
            self._dialer.failures.add(self._target.host, self._target.port, failure)
            self._fail(failure)
        else:
            self._ending = True
            self.transport.close()

    def hold(self) -> None:
        """The server does not keep up with the client."""
        self.transport.pause_reading()

    def go_on(self) -> None:
        """The server caught up."""
        self.transport.resume_reading()

    def expire(self, now: float, head_timeout: float, idle_timeout: float) -> None:
        """Close what has been silent for too long (seconds); half a head and a goodbye are given less time."""
        silent = now - self._last_active
        if silent > idle_timeout or (silent > head_timeout and (self._ending or self._reader.in_head)):
            self.abort()

    def abort(self) -> None:
        """Close both sides at once."""
        self._ending = True
        if self._dialling is not None:
            self._dialling.cancel()
        if self._upstream is not None:
            self._upstream.abort()
        self.transport.abort()

    def _fail(self, failure: Failure) -> None:
        if failure.refusal is not None:
            self._answer(HTTPStatus.FORBIDDEN, failure.message, f"{_REFUSED}: {failure.refusal.danger}")
        else:
            self._answer(HTTPStatus.BAD_GATEWAY, failure.message, f"{_ERROR}: {failure.kind}")

    def _answer(self, status: HTTPStatus, text: str, header: str) -> None:
        """Answer in the proxy's own name and end: what the client still sends is read and dropped until it closes."""
        if self._ending:
            return
        self._ending = True
        if self._upstream is not None:
            self._upstream.abort()
            self._upstream = None
        body = f"BugHive's proxy: {text}\n".encode()
        head = (
            f"HTTP/1.1 {status.value} {status.phrase}\r\n{header}\r\nContent-Type: text/plain; charset=utf-8\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        self.transport.write(head.encode("latin-1") + body)
        self.transport.write_eof()

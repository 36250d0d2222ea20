"""The server's side of a proxied connection: bytes are passed on as they come."""

import asyncio
from typing import Protocol as Interface
from typing import cast


class Client(Interface):
    """Whom the server's bytes are for."""

    def answered(self) -> None:
        """The server begins to answer a request."""

    def receive(self, data: bytes) -> None:
        """Pass on what the server sent."""

    def server_ended(self, upstream: "Upstream") -> None:
        """The server sends no more, but may still read."""

    def server_gone(self, upstream: "Upstream") -> None:
        """The connection to the server is closed."""

    def hold(self) -> None:
        """Stop sending: the server does not keep up."""

    def go_on(self) -> None:
        """Send again."""


class Upstream(asyncio.Protocol):
    """One connection to one server, for one client. asyncio sets TCP_NODELAY on it."""

    transport: asyncio.Transport

    def __init__(self, client: Client) -> None:
        self._client: Client | None = client
        self.requests = 0
        self.answered = True
        """Whether something came back since the last request."""

    def send(self, data: bytes, *, is_request: bool = False) -> None:
        """Send to the server; ``is_request`` where a new request begins."""
        if is_request:
            self.requests += 1
            self.answered = False
        self.transport.write(data)

    def release(self) -> None:
        """Close, once all is sent; the client hears no more of it."""
        self._client = None
        self.transport.close()

    def abort(self) -> None:
        """Close at once; the client hears no more of it."""
        self._client = None
        self.transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The server accepted."""
        self.transport = cast("asyncio.Transport", transport)
        if self._client is None:
            self.transport.abort()

    def data_received(self, data: bytes) -> None:
        """The server sent something."""
        if self._client is None:
            return
        if not self.answered:
            self.answered = True
            self._client.answered()
        self._client.receive(data)

    def eof_received(self) -> bool:
        """The server sends no more."""
        if self._client is None:
            return False
        self._client.server_ended(self)
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is closed; a reset and an end mean the same here."""
        del exc
        if self._client is not None:
            self._client.server_gone(self)

    def pause_writing(self) -> None:
        """The server does not keep up."""
        if self._client is not None:
            self._client.hold()

    def resume_writing(self) -> None:
        """The server caught up."""
        if self._client is not None:
            self._client.go_on()

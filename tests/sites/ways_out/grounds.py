"""Where ways are tried: their sites at 127.0.0.1, a canary at an address of each one's own, and the names of both."""

import asyncio
import socket
from collections import Counter
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from sites.ways_out.canary import Canary
from sites.ways_out.site import WaysSite
from sites.ways_out.way import Control, Way

OUTSIDE = "127.0.0.1"
NOBODY = "127.0.0.9"
"""Allowed, like the outside, and nobody listens."""


class Grounds:
    """One site, one canary, one port for both. ``network`` is the first two numbers of the forbidden addresses."""

    def __init__(self, ways: Sequence[Way], network: str = "127.7") -> None:
        self._ways = {way.name: way for way in ways}
        self._addresses = {
            way.name: way.address or f"{network}.{number // 250}.{number % 250 + 1}" for number, way in enumerate(ways)
        }
        self._asked: Counter[str] = Counter()
        self.canary = Canary()
        self.site = WaysSite(self._ways, self.inside)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self.site.handle, OUTSIDE, 0)
        self.port = self._server.sockets[0].getsockname()[1]
        listening = {self._addresses[way.name] for way in self._ways.values() if way.control is not Control.NOBODY}
        for address in listening:
            await self.canary.listen(address, self.port)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.canary.close()
        self._server.close()
        await self._server.wait_closed()

    def url(self, way: Way) -> str:
        """What is opened."""
        host = f"{way.name}.example" if way.opened_there else f"{way.name}.localhost"
        return f"http://{host}:{self.port}/"

    def host(self, way: Way) -> str:
        """The forbidden host, as it stands in URLs."""
        return f"{way.name}.example" if way.answers else way.spell(self._addresses[way.name])

    def inside(self, way: Way) -> str:
        """The forbidden host and port."""
        return f"{self.host(way)}:{self.port}"

    def visits(self, way: Way) -> int:
        """How often somebody came to the forbidden address."""
        return self.canary.visits[self._addresses[way.name]]

    async def resolve(self, host: str) -> tuple[str, ...]:
        """The resolver of an engine that is let loose here."""
        name, _, domain = host.partition(".")
        way = self._ways.get(name)
        if way is None or domain not in ("localhost", "example"):
            raise socket.gaierror(socket.EAI_NONAME, f"{host} is not known")
        if domain == "localhost":
            return (OUTSIDE,)
        answer = way.answers[min(self._asked[name], len(way.answers) - 1)]
        self._asked[name] += 1
        places = {"outside": OUTSIDE, "inside": self._addresses[name], "nobody": NOBODY}
        return tuple(places[place] for place in answer)

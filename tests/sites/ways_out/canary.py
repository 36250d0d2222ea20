"""Who listens at the forbidden addresses, and how often somebody came."""

import asyncio
from collections import Counter


class Canary:
    """Listens on TCP and UDP; whoever comes by TCP is hung up on."""

    def __init__(self) -> None:
        self.visits: Counter[str] = Counter()
        """Connections and datagrams, by the address they were for."""
        self._servers: list[asyncio.Server] = []
        self._datagrams: list[asyncio.DatagramTransport] = []

    async def listen(self, address: str, port: int) -> None:
        """Listen at one more address."""
        loop = asyncio.get_running_loop()
        self._servers.append(await loop.create_server(lambda: _Visit(self.visits, address), address, port))
        transport, _ = await loop.create_datagram_endpoint(
            lambda: _Datagrams(self.visits, address), local_addr=(address, port)
        )
        self._datagrams.append(transport)

    async def close(self) -> None:
        """Stop listening."""
        for transport in self._datagrams:
            transport.close()
        for server in self._servers:
            server.close()
            await server.wait_closed()


class _Visit(asyncio.Protocol):
    def __init__(self, visits: Counter[str], address: str) -> None:
        self._visits, self._address = visits, address

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._visits[self._address] += 1
        transport.close()


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, visits: Counter[str], address: str) -> None:
        self._visits, self._address = visits, address

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        del data, addr
        self._visits[self._address] += 1

"""Serves the ways' sites: one server, told apart by the first label of the host's name."""

import asyncio
from collections.abc import Callable, Mapping

from sites.ways_out.way import Reply, Way

MISSING = Reply("<title>missing</title>", status=404)


class WaysSite:
    """Nearly each answer ends its connection, so that the next request has to find its way anew."""

    def __init__(self, ways: Mapping[str, Way], inside: Callable[[Way], str]) -> None:
        """``inside`` says which host and port a way's ``INSIDE`` is now."""
        self._ways = ways
        self._inside = inside
        self.asked: set[tuple[str, str]] = set()
        """Ways and paths."""

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        try:
            kept = True
            while kept:
                reply, inside = self._reply((await reader.readuntil(b"\r\n\r\n")).decode("latin-1"))
                writer.write(_bytes(reply, inside))
                await writer.drain()
                kept = reply.keep
        except (asyncio.IncompleteReadError, ConnectionError):
            return  # the client left
        finally:
            writer.close()

    def _reply(self, head: str) -> tuple[Reply, str]:
        path = head.split(" ", 2)[1].partition("?")[0]
        host = next(line for line in head.lower().split("\r\n") if line.startswith("host:"))
        way = self._ways.get(host.partition(":")[2].strip().partition(".")[0])
        if way is None:
            return MISSING, ""
        self.asked.add((way.name, path))
        return way.files.get(path, MISSING), self._inside(way)


def _bytes(reply: Reply, inside: str) -> bytes:
    body = reply.body.replace("INSIDE", inside).encode()
    further = "".join(f"{line}\r\n" for line in reply.headers).replace("INSIDE", inside)
    head = (
        f"HTTP/1.1 {reply.status} Answer\r\nContent-Type: {reply.kind}\r\nContent-Length: {len(body)}\r\n"
        f"Cache-Control: no-store\r\nConnection: {'keep-alive' if reply.keep else 'close'}\r\n{further}\r\n"
    )
    return head.encode() + body

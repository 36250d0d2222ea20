"""Serves the hostile pages: raw HTTP over asyncio, because some of them are no proper HTTP."""

import asyncio
import socket

from sites.hostile.endless import STREAMS
from sites.hostile.pages import HEADERS, PAGES, REDIRECTS, STATUSES
from sites.running import RunningSite

_PIXEL = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,"
    b"\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x01D\x00;"
)
_HTML = "Content-Type: text/html; charset=utf-8\r\n"


class HostileSite:
    """The site's server. ``hits`` counts requests by path; ``heads`` keeps what was sent."""

    def __init__(self) -> None:
        self.hits: dict[str, int] = {}
        self.heads: dict[str, list[str]] = {}
        self.recovers: dict[str, int] = {"/recovers": 1, "/recovers-asset.js": 1}
        """How many more times these answer 503 or fail before they are well."""
        self.later: dict[str, tuple[int, bytes, str]] = {}
        """What these answer from the second time on: status, body, headers."""
        self.pages: dict[str, bytes] = dict(PAGES)
        self._writers: set[asyncio.StreamWriter] = set()

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._writers.add(writer)
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                path = head.split(" ", 2)[1].partition("#")[0]
                self.hits[path] = self.hits.get(path, 0) + 1
                self.heads.setdefault(path, []).append(head)
                if not await self._answer(path, writer):
                    return
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _answer(self, path: str, writer: asyncio.StreamWriter) -> bool:
        if path in STREAMS:
            await STREAMS[path](writer)
            return False
        again = self.hits[path] > 1 and path in self.later
        status, body, headers = self.later[path] if again else self._find(path)
        length = "" if status == 204 else f"Content-Length: {len(body)}\r\n"
        writer.write(f"HTTP/1.1 {status} Answer\r\n{headers}{length}\r\n".encode("latin-1") + body)
        await writer.drain()
        return True

    def _find(self, path: str) -> tuple[int, bytes, str]:
        if path in REDIRECTS:
            return 302, b"", f"Location: {REDIRECTS[path]}\r\n"
        if self.recovers.get(path, 0) > 0:
            self.recovers[path] -= 1
            return 503, b"<h1>Not now</h1>", _HTML
        if path.endswith(".gif"):
            return 200, _PIXEL, "Content-Type: image/gif\r\n"
        if path.endswith(".js"):
            return 200, b"window.ready = true", "Content-Type: text/javascript\r\n"
        if path in self.pages:
            return STATUSES.get(path, 200), self.pages[path], HEADERS.get(path, _HTML)
        return 404, b"<title>Gone</title>Gone", _HTML

    def page(self, path: str, body: str) -> None:
        """Serve one more page, of the test's own."""
        self.pages[path] = f"<!doctype html><html lang=en><title>Own</title><body>{body}".encode()

    async def drop_connections(self) -> None:
        for writer in tuple(self._writers):
            writer.transport.abort()
        while self._writers:  # noqa: ASYNC110 - each handler ends by itself once its connection is gone
            await asyncio.sleep(0.01)


async def start() -> tuple[RunningSite, HostileSite]:
    """Serve the site on a free port of 127.0.0.1."""
    site = HostileSite()
    server = await asyncio.start_server(site.handle, "127.0.0.1", 0)

    async def close() -> None:
        server.close()
        await site.drop_connections()
        await server.wait_closed()

    return RunningSite(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", close), site

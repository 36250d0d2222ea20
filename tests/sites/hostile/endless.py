"""Answers that do not end, end too early, come late, or are too big to keep."""

import asyncio
from collections.abc import Awaitable, Callable

_HTML = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
_ROW = b"<p>" + b"x" * 1017 + b"</p>\n"


async def silence(writer: asyncio.StreamWriter) -> None:
    """Accept the request and never answer."""
    while not writer.is_closing():  # noqa: ASYNC110 - a writer has no event for its end
        await asyncio.sleep(0.1)


async def drip(writer: asyncio.StreamWriter) -> None:
    """A document that keeps coming, a little every 100 ms."""
    writer.write(_HTML + b"\r\n<title>Drip</title><body>")
    while not writer.is_closing():
        writer.write(b"<p>more</p>")
        await writer.drain()
        await asyncio.sleep(0.1)


async def flood(writer: asyncio.StreamWriter) -> None:
    """50 MB of HTML whose size is not announced."""
    writer.write(_HTML + b"Connection: close\r\n\r\n<title>Flood</title><body>")
    for _ in range(50 * 1024):
        writer.write(_ROW)
        await writer.drain()


async def announced_flood(writer: asyncio.StreamWriter) -> None:
    """50 MB of HTML, announced by Content-Length."""
    size = 50 * 1024
    writer.write(_HTML + b"Content-Length: %d\r\n\r\n" % (size * len(_ROW)))
    for _ in range(size):
        writer.write(_ROW)
        await writer.drain()


async def reset(writer: asyncio.StreamWriter) -> None:
    """Close the connection instead of answering."""
    writer.transport.abort()


async def garbage(writer: asyncio.StreamWriter) -> None:
    """Bytes that are no HTTP."""
    writer.write(b"\x00\x01\x02 this is no HTTP\r\n\r\n")
    await writer.drain()


async def cut(writer: asyncio.StreamWriter) -> None:
    """A document that ends before its Content-Length."""
    writer.write(_HTML + b"Content-Length: 10000\r\n\r\n<title>Cut</title><h1>Cut</h1>")
    await writer.drain()


async def late_answer(writer: asyncio.StreamWriter) -> None:
    """Nothing for longer than a page is given to come to rest, then a page where a script expects JSON."""
    await asyncio.sleep(1.5)
    writer.write(_HTML + b"Content-Length: 11\r\n\r\n<p>Late</p>")
    await writer.drain()


async def late_body(writer: asyncio.StreamWriter) -> None:
    """The head at once, the body when a page has long acted on the head; then as ``late_answer``."""
    writer.write(_HTML + b"Content-Length: 11\r\n\r\n")
    await writer.drain()
    await asyncio.sleep(0.5)
    writer.write(b"<p>Late</p>")
    await writer.drain()


STREAMS: dict[str, Callable[[asyncio.StreamWriter], Awaitable[None]]] = {
    "/silence": silence,
    "/never-loads.gif": silence,
    "/drip": drip,
    "/flood": flood,
    "/announced-flood": announced_flood,
    "/reset": reset,
    "/garbage": garbage,
    "/cut": cut,
    "/late-answer.json": late_answer,
    "/late-body.json": late_body,
}

"""The head of a proxied request: what it asks for, and how it is passed on. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

from bughive_worker.net.hosts import normal_host

Header = tuple[bytes, bytes]
_HOP_BY_HOP = frozenset(
    (b"connection", b"keep-alive", b"te", b"trailer", b"transfer-encoding", b"upgrade", b"host", b"http2-settings")
)
_MAX_PORT = 65_535
_SCHEMES = {b"http": 80, b"ws": 80}


class BadRequest(Exception):
    """The client's request cannot be passed on."""

    def __init__(self, message: str, status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request is to go."""

    host: str
    """Normal."""
    port: int


@dataclass(frozen=True, slots=True)
class RequestHead:
    """One request's first part, ready for the server."""

    target: Target
    data: bytes
    """Request line and headers in origin form; empty for CONNECT."""
    chunked: bool
    websocket: bool


def read_connect(authority: bytes) -> Target:
    """``host:port`` of a CONNECT. Raises BadRequest."""
    return _target(authority, default_port=None)


def rewrite(start: tuple[bytes, bytes, str], headers: Sequence[Header], *, keep_alive: bool) -> RequestHead:
    """Turn an absolute-form request into what the server gets.

    ``start`` is method, URL and HTTP version (``1.1``). Hop-by-hop and ``Proxy-*`` headers are left out, and Host
    is always the URL's own, whatever the client wrote. Raises BadRequest.
    """
    method, url, version = start
    scheme, separator, rest = url.partition(b"://")
    default_port = _SCHEMES.get(scheme.lower())
    if not separator or default_port is None:
        raise BadRequest("this is a forward proxy: send http:// URLs in absolute form, and CONNECT for all others")
    end = min((at for mark in b"/?#" if (at := rest.find(mark)) >= 0), default=len(rest))
    authority, path = rest[:end], rest[end:].partition(b"#")[0]
    if not path.startswith(b"/"):
        path = b"/" + path
    target = _target(authority, default_port)

    lowered = [(name.lower(), name, value) for name, value in headers]
    named = {option.strip() for option in _all(b"connection", lowered).split(b",")}
    websocket = b"upgrade" in named and _all(b"upgrade", lowered) == b"websocket"
    chunked = _all(b"transfer-encoding", lowered) != b""
    if b"upgrade" in named and not websocket:
        raise BadRequest("only websocket upgrades pass", HTTPStatus.NOT_IMPLEMENTED)

    lines = [b"%s %s HTTP/%s" % (method, path, version.encode()), b"Host: " + authority]
    for lower, name, value in lowered:
        if lower not in _HOP_BY_HOP and lower not in named and not lower.startswith(b"proxy-"):
            lines.append(b"%s: %s" % (name, value))
    if chunked:
        lines.append(b"Transfer-Encoding: chunked")
    if websocket:
        lines.append(b"Connection: Upgrade\r\nUpgrade: websocket")
    elif not keep_alive:
        lines.append(b"Connection: close")
    return RequestHead(target, b"\r\n".join(lines) + b"\r\n\r\n", chunked=chunked, websocket=websocket)


def _all(name: bytes, headers: Sequence[tuple[bytes, bytes, bytes]]) -> bytes:
    """All values of one header as one, in lower case; empty without it."""
    return b",".join(value.strip().lower() for lower, _, value in headers if lower == name)


def _target(authority: bytes, default_port: int | None) -> Target:
    text = authority.decode("latin-1")
    host, colon, port = text.rpartition(":")
    if not colon or port.endswith("]"):
        host, port = text, ""
    name = normal_host(host) if host and "@" not in host else None
    number = int(port) if port.isascii() and port.isdigit() and len(port) <= len(str(_MAX_PORT)) else default_port
    if name is None or number is None or not 0 < number <= _MAX_PORT or (port and not port.isdigit()):
        raise BadRequest(f"{text[:200]!r} is no host and port")
    return Target(name, number)

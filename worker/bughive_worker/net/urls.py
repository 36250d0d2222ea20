"""One spelling for each page's URL.

What is changed never changes the page:

- scheme and host in lower case, IDNA as ASCII, IP addresses in their usual form, default ports dropped
- user names and passwords dropped: a report is no place for them
- ``.`` and ``..`` resolved, an empty path is ``/``, backslashes are slashes, as in browsers
- percent-encoding: unreserved characters plain, all others encoded, hex digits in upper case
- tracking parameters and session ids dropped (see ``noise``), empty parameters and an empty query too
- fragments dropped, except client-side routes (``#/cart``, ``#!cart``), which are pages of their own

What is kept, because only the server knows what it means:

- a trailing slash: ``/a`` and ``/a/`` may be two pages, or one of them a broken link. ``slash_twin`` names the
  other one, so that the crawl visits one of the two and only checks the other
- the order of query parameters, and repeated ones
- the case of paths, doubled slashes, index.html
"""

import re
from functools import lru_cache
from urllib.parse import urljoin, urlsplit

from bughive_worker.net.hosts import normal_host
from bughive_worker.net.noise import is_noise, without_session

MAX_URL = 2048
_MAX_RAW = 2 * MAX_URL
_PORTS = {"http": 80, "https": 443}
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_AUTHORITY_END = re.compile(r"[/?#]")
_PATH_END = re.compile(r"(?P<head>https?://[^/?#]+)(?P<path>/[^?#]*)(?P<tail>.*)")
_BREAKS = re.compile(r"[\t\n\r]")
_EDGES = "".join(map(chr, range(0x21)))
_IN_PATH = re.compile(r"%[0-9A-Fa-f]{2}|[^A-Za-z0-9\-._~!$&'()*+,;=:@/]")
# Browsers encode the apostrophe in queries, and only there.
_IN_QUERY = re.compile(r"%[0-9A-Fa-f]{2}|[^A-Za-z0-9\-._~!$&()*+,;=:@/?]")


def canonical(url: str, base: str | None = None) -> str | None:
    """The one spelling of ``url``, resolved against ``base``; None if it is no http(s) URL of at most 2048 characters.

    Idempotent, and blind to what a browser does to a canonical URL when it opens it.
    """
    if len(url) > _MAX_RAW or (base is not None and len(base) > _MAX_RAW):
        return None
    return _canonical(url, base)


def host_of(url: str) -> str:
    """The host of a canonical URL, without its port; empty where there is none."""
    return split_authority(url)[0]


def site_of(url: str) -> str:
    """The site that a canonical URL belongs to: its host, with the port where that is not the scheme's own."""
    return urlsplit(url).netloc


def split_authority(url: str) -> tuple[str, int]:
    """Host and port of a canonical URL, such as ``("shop.example", 443)``; IPv6 without brackets."""
    scheme, _, rest = url.partition("://")
    authority = _AUTHORITY_END.split(rest, maxsplit=1)[0]
    host, colon, port = authority.rpartition(":")
    if not colon or port.endswith("]"):
        host, port = authority, ""
    return host.strip("[]"), int(port) if port else _PORTS.get(scheme, 0)


def same_site(one: str, other: str) -> bool:
    """Whether two canonical URLs have the same host and port; 80 for http and 443 for https count as the same."""
    (one_host, one_port), (other_host, other_port) = split_authority(one), split_authority(other)
    defaults = _PORTS.values()
    return one_host == other_host and (one_port == other_port or (one_port in defaults and other_port in defaults))


def slash_twin(url: str) -> str | None:
    """The same canonical URL with the trailing slash of its path added or removed; None for ``/`` itself."""
    match = _PATH_END.match(url)
    if match is None or match["path"] == "/":
        return None
    path = match["path"]
    return f"{match['head']}{path.removesuffix('/') if path.endswith('/') else path + '/'}{match['tail']}"


def without_fragment(url: str) -> str:
    """What is sent to the server: a URL without its client-side route."""
    return url.partition("#")[0]


@lru_cache(maxsize=16_384)
def _canonical(url: str, base: str | None) -> str | None:
    text = _BREAKS.sub("", url.strip(_EDGES))
    if "\\" in text:
        end = re.search(r"[?#]", text)
        cut = end.start() if end else len(text)
        text = text[:cut].replace("\\", "/") + text[cut:]
    try:
        parts = urlsplit(urljoin(base, text) if base else text)
        port = parts.port
    except ValueError:  # a bad port, or brackets that do not match
        return None
    if parts.scheme not in _PORTS or not parts.hostname:
        return None
    host = normal_host(parts.hostname)
    if host is None:
        return None
    if ":" in host:
        host = f"[{host}]"
    if port is not None and port != _PORTS[parts.scheme]:
        host = f"{host}:{port}"
    result = f"{parts.scheme}://{host}{_path(parts.path)}{_query(parts.query)}{_route(parts.fragment)}"
    return result if len(result) <= MAX_URL else None


def _path(path: str) -> str:
    path = without_session(_IN_PATH.sub(_encode, path))
    if "/." not in path:
        return path or "/"
    kept: list[str] = []
    *leading, last = path.split("/")[1:]
    for segment in leading:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if last == "..":
        del kept[-1:]
    kept.append("" if last in (".", "..") else last)
    return "/" + "/".join(kept)


def _query(query: str) -> str:
    if not query:
        return ""
    pairs = [pair for pair in _IN_QUERY.sub(_encode, query).split("&") if pair and not _is_noise(pair)]
    return "?" + "&".join(pairs) if pairs else ""


def _is_noise(pair: str) -> bool:
    name, _, value = pair.partition("=")
    return is_noise(name, value)


def _route(fragment: str) -> str:
    if not fragment.startswith(("/", "!")) or fragment in ("/", "!", "!/"):
        return ""
    return "#" + _IN_QUERY.sub(_encode, fragment)


def _encode(match: re.Match[str]) -> str:
    text = match[0]
    if len(text) == 3:  # noqa: PLR2004 - %XX
        plain = chr(int(text[1:], 16))
        return plain if plain in _UNRESERVED else text.upper()
    return "".join(f"%{byte:02X}" for byte in text.encode("utf-8", "replace"))

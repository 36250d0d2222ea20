"""What a document's response says before its body is looked at. Pure."""

from collections.abc import Mapping

from playwright.async_api import Request

MAX_BYTES = 20 << 20
"""Documents that are larger than this are not looked at."""
_PAGES = ("text/html", "application/xhtml+xml")


def is_page(headers: Mapping[str, str]) -> bool:
    """Whether the response is a page rather than a file. Without a type, browsers guess; so the benefit of doubt."""
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    return not media_type or media_type in _PAGES


def declared_size(headers: Mapping[str, str]) -> int:
    """Bytes by Content-Length; 0 where it does not say."""
    length = headers.get("content-length", "")
    return int(length) if length.isdecimal() else 0


def redirect_chain(request: Request) -> tuple[str, ...]:
    """The URLs that redirected, in order; empty where none did."""
    chain: list[str] = []
    earlier = request.redirected_from
    while earlier is not None:
        chain.append(earlier.url)
        earlier = earlier.redirected_from
    return tuple(reversed(chain))

"""What a sitemap file says. Pure.

Sitemaps in the wild are often not well formed, so they are scanned for their ``<loc>`` elements rather than parsed.
That reads what there is up to a defect and beyond it, and expands no entities but the five of XML, so none can blow up.
"""

import re
import zlib
from dataclasses import dataclass
from html import unescape
from itertools import islice

_GZIP = b"\x1f\x8b"
_GZIP_OR_ZLIB = 47
# Every repetition is bounded and unambiguous: no file can make the search slow.
_LOC = re.compile(
    r"<(?!image:|video:)(?:[A-Za-z][\w.-]{0,40}:)?loc\b[^>]{0,200}>"
    r"(?:([^<]{1,4000})|\s{0,100}<!\[CDATA\[([^\]]{1,4000}))(?=[<\]])",
    re.IGNORECASE,
)
_INDEX = re.compile(r"<(?:[A-Za-z][\w.-]{0,40}:)?sitemapindex\b", re.IGNORECASE)
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,100}encoding=["']([\w.-]{1,40})["']""")
_HEAD = 4096


@dataclass(frozen=True, slots=True)
class SitemapText:
    """The addresses in one file, as written."""

    is_index: bool
    """They are further sitemaps."""
    locations: tuple[str, ...]


def read_sitemap(body: bytes, *, most_bytes: int, most_locations: int) -> SitemapText:
    """Read XML, gzipped or not, or plain text with one URL a line. What is beyond the bounds is left out."""
    text = _decode(_unpacked(body, most_bytes))
    start = text[:_HEAD].lstrip("\ufeff \t\r\n")
    if not start.startswith("<"):
        lines = (line.strip() for line in text.splitlines()[:most_locations])
        return SitemapText(is_index=False, locations=tuple(line for line in lines if line.startswith("http")))
    matches = islice(_LOC.finditer(_without_comments(text)), most_locations)
    found = [(match[2] or unescape(match[1])).strip() for match in matches]
    return SitemapText(is_index=_INDEX.search(text[:_HEAD]) is not None, locations=tuple(found))


def _without_comments(text: str) -> str:
    before, *rest = text.split("<!--")
    return before + "".join(part.partition("-->")[2] for part in rest)


def _unpacked(body: bytes, most_bytes: int) -> bytes:
    if not body.startswith(_GZIP):
        return body[:most_bytes]
    try:
        return zlib.decompressobj(_GZIP_OR_ZLIB).decompress(body, most_bytes)
    except zlib.error:
        return b""


def _decode(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    declared = _DECLARED.match(data)
    try:
        return data.decode(declared[1].decode("ascii") if declared else "utf-8-sig", "replace")
    except LookupError:  # an encoding that nobody knows
        return data.decode("utf-8", "replace")

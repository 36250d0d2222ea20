"""Globs over URLs: ``*`` is any characters, everything else is itself (``?`` too: URLs are full of them)."""

from dataclasses import dataclass
from enum import Enum


class _Part(Enum):
    """What of a URL a glob is held against."""

    URL = "the whole URL"
    AFTER_SCHEME = "host and all that follows"
    AFTER_HOST = "path and all that follows"


@dataclass(frozen=True, slots=True)
class Glob:
    """One compiled pattern. Matching takes time linear in the URL for each piece: no pattern can hang the crawl."""

    pieces: tuple[str, ...]
    part: _Part

    @classmethod
    def compile(cls, pattern: str) -> "Glob":
        """``/blog/*`` is held against the path, ``shop.example/*`` against host and path, all others against the URL.

        Scheme and host of a pattern may be in any case.
        """
        if pattern.startswith("/"):
            return cls(tuple(pattern.split("*")), _Part.AFTER_HOST)
        scheme, separator, rest = pattern.partition("://")
        if not separator:
            scheme, rest = "", pattern
        host, slash, path = rest.partition("/")
        pieces = tuple(f"{scheme.lower()}{separator}{host.lower()}{slash}{path}".split("*"))
        return cls(pieces, _Part.URL if separator or pattern.startswith("*") else _Part.AFTER_SCHEME)

    def matches(self, url: str) -> bool:
        """Whether a canonical URL matches, from its beginning to its end."""
        return _matches(self.pieces, _part_of(url, self.part))


def _part_of(url: str, part: _Part) -> str:
    if part is _Part.URL:
        return url
    rest = url.partition("://")[2]
    return rest if part is _Part.AFTER_SCHEME else rest[rest.find("/") :]


def _matches(pieces: tuple[str, ...], text: str) -> bool:
    first, *middle = pieces
    if not middle:
        return text == first
    last = middle.pop()
    if len(text) < len(first) + len(last) or not text.startswith(first) or not text.endswith(last):
        return False
    at, end = len(first), len(text) - len(last)
    for piece in middle:  # the leftmost place is always the best one
        found = text.find(piece, at, end)
        if found < 0:
            return False
        at = found + len(piece)
    return True

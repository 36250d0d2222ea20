"""Keeps the crawl out of places that have no end: calendars, pagination, filters, paths that grow."""

from collections import Counter
from enum import StrEnum

from bughive_worker.net.url_shape import Shape, Variation, shape_of
from bughive_worker.net.urls import slash_twin

_MOST_SEGMENTS = 20
_MOST_PARAMETERS = 12
_MOST_NAME_SETS = 30
_ONE_SEGMENT_REPEATS = 3


class TrapRule(StrEnum):
    """Why a URL is not visited, or not in its turn."""

    CALENDAR = "calendar"
    PAGINATION = "pagination"
    FILTERS = "filters"
    """Combinations of query parameters."""
    TOKENS = "tokens"
    """Ids that look random: a session id, or content without end."""
    NUMBERS = "numbers"
    """One sort of numbered page would take the whole crawl."""
    REPEATED_PATH = "repeated path"
    """``/a/b/a/b``: relative links that lead ever deeper."""
    DEEP_PATH = "deep path"
    TRAILING_SLASH = "trailing slash"
    """The same URL without its trailing slash, or with one, is visited already; this one needs but a link check."""
    TOO_MANY = "too many"
    """More URLs are known already than the crawl could ever visit."""


RULES = {
    Variation.NUMBERS: TrapRule.NUMBERS,
    Variation.TOKENS: TrapRule.TOKENS,
    Variation.VALUES: TrapRule.FILTERS,
    Variation.FACETS: TrapRule.FILTERS,
    Variation.PAGES: TrapRule.PAGINATION,
    Variation.DATES: TrapRule.CALENDAR,
}
"""Which rule bounds the URLs that differ in this way."""


def most_of(variation: Variation, max_pages: int) -> int:
    """How many URLs that differ by ``variation`` alone are visited, at most, in a crawl of ``max_pages``.

    Numbered pages are mostly content (a shop's products): they may take four fifths of the crawl. What grows by
    itself gets less: filters and tokens a quarter, pagination a tenth, combinations of many parameters a twentieth,
    a calendar two years of months.
    """
    return {
        Variation.NOTHING: max_pages,
        Variation.NUMBERS: max(50, max_pages * 4 // 5),
        Variation.TOKENS: max(20, max_pages // 4),
        Variation.VALUES: max(50, max_pages // 4),
        Variation.FACETS: max(20, max_pages // 20),
        Variation.PAGES: max(20, max_pages // 10),
        Variation.DATES: 24,
    }[variation]


class TrapGuard:
    """Decides on each discovered URL, whichever page it was seen on, and always the same for the same URL.

    No I/O, and its memory is bounded by ``max_pages``. It counts what it admitted itself: of several shards each
    gets its part of every bound, and a new attempt is told what is known already by showing it those URLs first.
    """

    def __init__(self, max_pages: int, shards: int = 1) -> None:
        self._bounds = {variation: -(-most_of(variation, max_pages) // shards) for variation in Variation}
        self._most_admitted = max_pages * 10 + 10_000
        self._admitted: set[int] = set()
        """Hashes of URLs."""
        self._by_shape: Counter[str] = Counter()
        self._name_sets: dict[str, set[str]] = {}

    def refuses(self, url: str) -> TrapRule | None:
        """Why a canonical URL is not to be visited; None admits it, and counts it once."""
        mark = hash(url)
        if mark in self._admitted:
            return None
        shape = shape_of(url)
        rule = self._rule(url, shape)
        if rule is None:
            self._admit(mark, shape)
        return rule

    def _admit(self, mark: int, shape: Shape) -> None:
        self._admitted.add(mark)
        if shape.variation is not Variation.NOTHING:
            self._by_shape[shape.key] += 1
            self._name_sets.setdefault(shape.path, set()).add(shape.key)

    def _rule(self, url: str, shape: Shape) -> TrapRule | None:
        if len(self._admitted) >= self._most_admitted:
            return TrapRule.TOO_MANY
        twin = slash_twin(url)
        if twin is not None and hash(twin) in self._admitted:
            return TrapRule.TRAILING_SLASH
        if shape.variation is not Variation.NOTHING:
            name_sets = self._name_sets.get(shape.path, set())
            if shape.key not in name_sets and len(name_sets) >= _MOST_NAME_SETS:
                return TrapRule.FILTERS
            if self._by_shape[shape.key] >= self._bounds[shape.variation]:
                return RULES[shape.variation]
        return _by_itself(url)


def _by_itself(url: str) -> TrapRule | None:
    """What needs no memory."""
    address, _, query = url.partition("#")[0].partition("?")
    segments = [segment for segment in address.split("/")[3:] if segment]
    if len(segments) > _MOST_SEGMENTS:
        return TrapRule.DEEP_PATH
    if repeats_itself(segments):
        return TrapRule.REPEATED_PATH
    return TrapRule.FILTERS if query.count("&") >= _MOST_PARAMETERS else None


def repeats_itself(segments: list[str]) -> bool:
    """Whether two or more segments come twice in a row (``a/b/a/b``), or one that is no number three times."""
    for length in range(1, len(segments) // 2 + 1):
        times = _ONE_SEGMENT_REPEATS if length == 1 else 2
        for start in range(len(segments) - length * times + 1):
            run = segments[start : start + length]
            if all(segment.isdigit() for segment in run):
                continue
            if all(segments[start + length * n : start + length * (n + 1)] == run for n in range(1, times)):
                return True
    return False

"""What a URL looks like once all that varies is left out: URLs of one shape are pages of one sort. Pure."""

import re
from dataclasses import dataclass
from enum import StrEnum


class Variation(StrEnum):
    """What tells the URLs of one shape apart."""

    NOTHING = "nothing"
    """The shape is the URL."""
    NUMBERS = "numbers"
    """``/product/17``, ``?id=17``"""
    TOKENS = "tokens"
    """Hexadecimal ids, UUIDs, session ids that are in no list."""
    VALUES = "values"
    """``?q=shoes``, ``?color=red&size=m``"""
    FACETS = "facets"
    """Four parameters and more: the combinations of a filter."""
    PAGES = "pages"
    """``?page=17``, ``/page/17``, ``?offset=340``"""
    DATES = "dates"
    """``/2026/05``, ``?month=5``: a calendar, but not an article that has its date before its name."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A shape and what varies within it."""

    path: str
    """With placeholders."""
    key: str
    """Path, and names of parameters."""
    variation: Variation


_FACETS = 4
_TOKEN = re.compile(
    r"(?=[^0-9]*[0-9])(?:[0-9a-f]{8,}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
    r"|(?=[^0-9]*[0-9])(?=[^A-Za-z]*[A-Za-z])[A-Za-z0-9_]{20,}",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"[0-9]+")
_DATE = re.compile(r"(?:19|20)[0-9]{2}-[0-9]{1,2}(?:-[0-9]{1,2})?|(?:19|20)[0-9]{6}")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_MONTH_OR_DAY = re.compile(r"[0-3]?[0-9]")
_DATE_NAMES = frozenset(("date", "day", "month", "year", "week", "yr", "mon", "ym", "tribe-bar-date"))
_PAGE_NAMES = frozenset(("page", "paged", "p", "pg", "offset", "start", "from", "skip", "cursor", "after", "before"))


def shape_of(url: str) -> Shape:
    """The shape of a canonical URL. A client-side route counts as more of the path."""
    address, _, route = url.partition("#")
    address, _, query = address.partition("?")
    site, *segments = _after_scheme(address).split("/")
    if route:
        route, _, route_query = route.partition("?")
        segments += ["#", *route.split("/")]
        query = query or route_query
    path, variation = _path(segments)
    path = f"{site}/{path}"
    if not query:
        return Shape(path, path, variation)
    pairs = [pair.partition("=") for pair in query.split("&")]
    names = ",".join(sorted({name for name, _, _ in pairs}))
    if len(pairs) >= _FACETS:
        return Shape(path, f"{path}?*", Variation.FACETS)
    varied = max((_value(name.lower(), value) for name, _, value in pairs), key=_STRENGTH.index)
    return Shape(path, f"{path}?{names}", max(variation, varied, key=_STRENGTH.index))


# Where several things vary, the one that makes the better trap names the shape.
_STRENGTH = (
    *(Variation.NOTHING, Variation.NUMBERS, Variation.VALUES, Variation.TOKENS),
    *(Variation.FACETS, Variation.PAGES, Variation.DATES),
)


def _after_scheme(address: str) -> str:
    return address.partition("://")[2]


def _path(segments: list[str]) -> tuple[str, Variation]:
    shaped: list[str] = []
    variation = Variation.NOTHING
    for place, segment in enumerate(segments):
        before = segments[place - 1].lower() if place else ""
        found = _segment(segment, before, after_date=shaped[-1:] == ["{date}"])
        shaped.append(found[0])
        # What follows a date is an article's name: no calendar ends like that.
        ended = variation is Variation.DATES and segment and found[1] is not Variation.DATES
        earlier = Variation.NOTHING if ended else variation
        variation = max(earlier, found[1] or Variation.NOTHING, key=_STRENGTH.index)
    return "/".join(shaped), variation


def _segment(segment: str, before: str, *, after_date: bool) -> tuple[str, Variation | None]:
    if not segment:
        return "", None
    if _DATE.fullmatch(segment) or _YEAR.fullmatch(segment) or (after_date and _MONTH_OR_DAY.fullmatch(segment)):
        return "{date}", Variation.DATES
    if segment.isdigit():
        return "{n}", Variation.PAGES if before in _PAGE_NAMES else Variation.NUMBERS
    if _TOKEN.fullmatch(segment):
        return "{id}", Variation.TOKENS
    shaped = _DIGITS.sub("{n}", segment)
    if shaped == segment:
        return segment, None
    return shaped, Variation.PAGES if shaped.rpartition("{n}")[0].strip(
        "-_"
    ).lower() in _PAGE_NAMES else Variation.NUMBERS


def _value(name: str, value: str) -> Variation:
    if _DATE.fullmatch(value) or (name in _DATE_NAMES and _DIGITS.fullmatch(value)):
        return Variation.DATES
    if _DIGITS.fullmatch(value):
        return Variation.PAGES if name in _PAGE_NAMES else Variation.NUMBERS
    return Variation.TOKENS if _TOKEN.fullmatch(value) else Variation.VALUES

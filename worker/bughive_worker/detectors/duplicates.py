"""Different pages that say the same of themselves.

Reports a title, or a description, that two or more pages share; always Low. Not reported: pages that differ only in
their parameters (sorting, page numbers), pages that name another one as canonical, and error pages.
"""

from collections.abc import Callable, Iterator, Sequence
from urllib.parse import urlsplit

from bughive_crds.model import Severity
from bughive_protocol.finding import SITE, Confidence, Finding, fingerprint
from bughive_protocol.frontier import PageEnd, PageResult
from bughive_worker.detectors.detector import SiteDetector
from bughive_worker.detectors.failures import CLIENT_ERROR
from bughive_worker.detectors.wording import clip, evidence, title

_NAMED = 10
"""How many of the pages the evidence names."""


def duplicate_titles(pages: Sequence[PageResult]) -> Iterator[Finding]:
    """Titles that several pages share."""
    yield from _duplicates(
        pages,
        lambda page: page.title,
        "duplicate-title",
        "Tabs, bookmarks and search results cannot tell these pages apart. Say in each title what is on that page.",
    )


def duplicate_descriptions(pages: Sequence[PageResult]) -> Iterator[Finding]:
    """Meta descriptions that several pages share."""
    yield from _duplicates(
        pages,
        lambda page: page.description,
        "duplicate-description",
        "Search results show the same words for these pages. Describe each page, or leave the description out.",
    )


def _duplicates(
    pages: Sequence[PageResult], say: Callable[[PageResult], str | None], kind: str, description: str
) -> Iterator[Finding]:
    groups: dict[str, dict[str, PageResult]] = {}
    for page in sorted(pages, key=lambda page: (page.depth, page.url)):
        words = " ".join((say(page) or "").split())
        if words and _speaks_for_itself(page):
            groups.setdefault(words, {}).setdefault(_path(page), page)
    for words, alike in groups.items():
        if len(alike) > 1:
            yield _finding(kind, description, words, list(alike.values()))


def _finding(kind: str, description: str, words: str, alike: list[PageResult]) -> Finding:
    what = kind.partition("-")[2]
    urls = [_address(page) for page in alike]
    more = f"\nand {len(urls) - _NAMED} more" if len(urls) > _NAMED else ""
    return Finding(
        fingerprint=fingerprint(kind, words.casefold(), SITE),
        kind=kind,
        severity=Severity.LOW,
        confidence=Confidence.CERTAIN,
        title=title(f'{len(urls)} pages have the {what} "{clip(words, 100)}"'),
        description=description,
        url=urls[0],
        evidence=evidence(**{what: words}, pages="\n".join(urls[:_NAMED]) + more),
        steps=(f"Open {urls[0]} and {urls[1]}", f"Compare their {what}s"),
    )


def _speaks_for_itself(page: PageResult) -> bool:
    if page.end is not PageEnd.LOADED or (page.status or 200) >= CLIENT_ERROR:
        return False
    return page.canonical is None or _bare(page.canonical) == _bare(_address(page))


def _address(page: PageResult) -> str:
    return page.final_url or page.url


def _path(page: PageResult) -> str:
    return _bare(_address(page))


def _bare(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.netloc.lower()}{parts.path.rstrip('/')}"


TITLES = SiteDetector("duplicate-titles", "Titles that several pages share.", ("duplicate-title",), duplicate_titles)
DESCRIPTIONS = SiteDetector(
    "duplicate-descriptions",
    "Meta descriptions that several pages share.",
    ("duplicate-description",),
    duplicate_descriptions,
)

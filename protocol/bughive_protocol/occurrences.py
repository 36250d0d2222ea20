"""On how many pages a finding was seen, and on which first; pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bughive_protocol.finding import MAX_EXAMPLES, Finding, RecordedFinding
from bughive_protocol.frontier import LinkItem


@dataclass(frozen=True, slots=True)
class Occurrences:
    """How often, and the first pages, at most ``MAX_EXAMPLES``."""

    count: int = 0
    examples: tuple[str, ...] = ()

    def __add__(self, other: "Occurrences") -> "Occurrences":
        examples = tuple(dict.fromkeys((*self.examples, *other.examples)))[:MAX_EXAMPLES]
        return Occurrences(self.count + other.count, examples)


def distinct(findings: Iterable[Finding]) -> dict[str, Finding]:
    """The first finding of each fingerprint, in their order."""
    first: dict[str, Finding] = {}
    for finding in findings:
        first.setdefault(finding.fingerprint, finding)
    return first


def distinct_links(items: Iterable[LinkItem]) -> dict[str, LinkItem]:
    """The first item of each URL, in their order: a page counts once, however often it links there."""
    first: dict[str, LinkItem] = {}
    for item in items:
        first.setdefault(item.url, item)
    return first


def seen_together(findings: Sequence[Finding]) -> dict[str, Occurrences]:
    """The occurrences of findings that were all made at once, such as the site oracles'."""
    urls: dict[str, dict[str, None]] = {}
    for finding in findings:
        urls.setdefault(finding.fingerprint, {})[finding.url] = None
    return {name: Occurrences(len(pages), tuple(pages)[:MAX_EXAMPLES]) for name, pages in urls.items()}


def all_occurrences(
    on_pages: Mapping[str, Occurrences],
    of_links: Mapping[str, Occurrences],
    link_findings: Mapping[str, str],
) -> dict[str, Occurrences]:
    """What was seen on pages, and what follows from links: a broken link occurs on each page that has it.

    Args:
        on_pages: by fingerprint.
        of_links: by the link's URL, the pages that link to it.
        link_findings: the link's URL -> the fingerprint its check led to.
    """
    total = dict(on_pages)
    for url, fingerprint in link_findings.items():
        total[fingerprint] = total.get(fingerprint, Occurrences()) + of_links.get(url, Occurrences())
    return total


def recorded(finding: Finding, first_seen: datetime, seen: Occurrences | None) -> RecordedFinding:
    """A finding with its occurrences; the page it names itself is always one of them."""
    seen = seen if seen and seen.count else Occurrences(1, (finding.url,))
    return RecordedFinding(finding=finding, first_seen=first_seen, occurrences=seen.count, examples=seen.examples)

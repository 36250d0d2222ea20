"""One session in this process' memory: what the memory stores share."""

import heapq
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from bughive_protocol.finding import MAX_EXAMPLES, Finding
from bughive_protocol.frontier import FrontierItem, LeftOut, LinkItem, LinkResult, PageResult, Template
from bughive_protocol.ledger import Book
from bughive_protocol.limits import MAX_LEFT_OUT, MAX_SOURCES
from bughive_protocol.occurrences import Occurrences, distinct_links
from bughive_protocol.outbox_entry import EntryKind, OutboxEntry
from bughive_protocol.picture import KeptPicture

Place = tuple[int, int]
"""Where in the line an item stands: rank, then order of discovery."""


@dataclass
class Line:
    """What waits to be claimed and what is claimed, in order."""

    waiting: dict[str, Place] = field(default_factory=dict)
    claimed: dict[str, Place] = field(default_factory=dict)
    order: list[tuple[Place, str]] = field(default_factory=list)
    """A heap; an entry whose URL no longer waits there is passed over."""

    def push(self, place: Place, url: str) -> None:
        """Let a URL wait at its place."""
        self.waiting[url] = place
        heapq.heappush(self.order, (place, url))

    def claim(self) -> str | None:
        """The first URL in line, from now on claimed."""
        while self.order:
            place, url = heapq.heappop(self.order)
            if self.waiting.get(url) == place:
                del self.waiting[url]
                self.claimed[url] = place
                return url
        return None

    def withdraw(self, url: str) -> None:
        """Let a URL wait no longer."""
        self.waiting.pop(url, None)

    def finish(self, url: str) -> None:
        """A URL is done, whether it was claimed or not."""
        self.withdraw(url)
        self.claimed.pop(url, None)

    def give_back(self) -> None:
        """Let all that is claimed wait again, each at its old place."""
        for url, place in self.claimed.items():
            self.push(place, url)
        self.claimed.clear()


@dataclass
class MemorySession:
    """All that one session has claimed, recorded and found."""

    pages: dict[str, FrontierItem] = field(default_factory=dict)
    line: Line = field(default_factory=Line)
    results: dict[str, PageResult] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    links: dict[str, LinkItem] = field(default_factory=dict)
    link_line: Line = field(default_factory=Line)
    link_results: dict[str, LinkResult] = field(default_factory=dict)
    link_sources: dict[str, Occurrences] = field(default_factory=dict)
    link_findings: dict[str, str] = field(default_factory=dict)
    findings: dict[str, tuple[datetime, Finding]] = field(default_factory=dict)
    occurrences: dict[str, Occurrences] = field(default_factory=dict)
    templates: dict[str, Template] = field(default_factory=dict)
    templates_version: int = 0
    images: dict[str, bytes] = field(default_factory=dict)
    entries: frozenset[str] = frozenset()
    """The kinds of entries that go into the outbox. Of a single process' session only bugs are told."""
    pictures: dict[str, KeptPicture] = field(default_factory=dict)
    analysis: Book = field(default_factory=Book)
    outbox: list[OutboxEntry] = field(default_factory=list)
    sequence: int = 0

    def next_place(self, rank: int = 0) -> Place:
        """The place at the end of this rank's line."""
        self.sequence += 1
        return rank, self.sequence

    def discover(self, items: Iterable[FrontierItem], max_known: int) -> int:
        """Make pages known. A link that turns out to be a page is not checked."""
        before = len(self.pages)
        for item in items:
            if item.url not in self.pages and len(self.pages) < max_known:
                self.pages[item.url] = item
                self.link_line.withdraw(item.url)
                self.left_out.pop(item.url, None)
                if item.url not in self.results:
                    self.line.push(self.next_place(item.rank), item.url)
        return len(self.pages) - before

    def leave_out(self, items: Iterable[LeftOut]) -> None:
        """Remember pages that are not visited."""
        for item in items:
            if item.url not in self.pages and len(self.left_out) < MAX_LEFT_OUT:
                self.left_out.setdefault(item.url, item.why)

    def see_links(self, items: Iterable[LinkItem], page: str, max_known: int) -> None:
        """Make links known that are no pages, and count this page among their sources."""
        for item in distinct_links(items).values():
            is_page = item.url in self.pages or item.url in self.results
            if item.url not in self.links and not is_page and len(self.links) < max_known:
                self.links[item.url] = item
                self.link_line.push(self.next_place(), item.url)
            if item.url in self.links:
                seen = self.link_sources.get(item.url, Occurrences())
                self.link_sources[item.url] = Occurrences(seen.count + 1, (*seen.examples, page)[:MAX_SOURCES])

    def find(self, finding: Finding, at: datetime) -> bool:
        """Keep a finding; whether it is new. One that nothing ignores takes the place of one that is ignored."""
        kept = self.findings.get(finding.fingerprint)
        if kept is None or (kept[1].ignored is not None and finding.ignored is None):
            self.findings[finding.fingerprint] = (at, finding)
            if finding.ignored is None and EntryKind.BUG in self.entries:
                self.outbox.append(OutboxEntry(kind=EntryKind.BUG, body=finding.fingerprint))
        return kept is None

    def occur(self, fingerprint: str, page: str) -> None:
        """Count one more page for a finding."""
        seen = self.occurrences.get(fingerprint, Occurrences())
        self.occurrences[fingerprint] = Occurrences(seen.count + 1, (*seen.examples, page)[:MAX_EXAMPLES])

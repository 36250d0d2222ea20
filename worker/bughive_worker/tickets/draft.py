"""What a ticket says of a bug: pure. All that came from the site is escaped and cut."""

from dataclasses import dataclass
from datetime import datetime

from bughive_crds.model import Severity
from bughive_protocol.finding import Finding, RecordedFinding
from bughive_worker.tickets.mark import Mark
from bughive_worker.tickets.markdown import code, is_web, line, link, prose

MAX_TITLE = 200
MAX_BODY = 60_000
"""Characters. The bounds of the parts see to it; GitHub takes 65,536."""
_MAX_URL = 500
_MAX_FACTS = 10
_MAX_STEPS = 20


@dataclass(frozen=True, slots=True)
class SessionLink:
    """Which session saw a bug, and where its report is."""

    namespace: str
    name: str
    report_url: str = ""

    def markdown(self) -> str:
        """The session by its name, and its report where people can follow a link to it."""
        told = f"the crawl {code(f'{self.namespace}/{self.name}', _MAX_URL)}"
        return f"{told} (report: {link(self.report_url, _MAX_URL)})" if is_web(self.report_url) else told


@dataclass(frozen=True, slots=True)
class Draft:
    """A ticket that is to be opened."""

    mark: Mark
    title: str
    """Plain text."""
    body: str
    """Markdown, without the picture."""
    severity: Severity
    picture: bytes | None = None
    """WebP."""


def draft(recorded: RecordedFinding, mark: Mark, seen_by: SessionLink, picture: bytes | None = None) -> Draft:
    """The ticket of a bug."""
    finding = recorded.finding
    parts = [
        prose(finding.description, 2000),
        _facts(recorded),
        _listed("Steps to reproduce", [prose(step, 300) for step in finding.steps[:_MAX_STEPS]], ordered=True),
        _listed("Evidence", [_fact(item.label, item.text) for item in finding.evidence[:_MAX_FACTS]]),
        _listed("Also seen on", _examples(recorded)),
        f"Found by BugHive in {seen_by.markdown()}. It reopens this ticket if the bug is back after it was closed.",
    ]
    body = "\n\n".join(part for part in parts if part)
    title = line(finding.title, MAX_TITLE) or finding.kind
    return Draft(mark, title, body, finding.severity, picture)


def returned(recorded: RecordedFinding, seen_by: SessionLink) -> str:
    """Why a ticket is reopened, in Markdown."""
    return (
        f"BugHive saw this bug again on {_day(recorded.first_seen)}, on {_pages(recorded.occurrences)}, "
        f"in {seen_by.markdown()}. It was first seen there on {_where(recorded.finding)}."
    )


def _facts(recorded: RecordedFinding) -> str:
    finding = recorded.finding
    facts = [
        ("Severity", str(finding.severity)),
        ("Page", _where(finding)),
        ("Resource", code(finding.resource or "", _MAX_URL)),
        ("Element", code(finding.selector or "", _MAX_URL)),
        ("Window", f"{finding.viewport_width} pixels wide" if finding.viewport_width else ""),
        ("Seen on", _pages(recorded.occurrences)),
        ("Kind", code(finding.kind, 63)),
        ("Fingerprint", code(finding.fingerprint, 64)),
    ]
    return "\n".join(f"- **{name}:** {value}" for name, value in facts if value)


def _fact(label: str, text: str) -> str:
    return f"{prose(label, 60)}: {code(text, 1000)}"


def _examples(recorded: RecordedFinding) -> list[str]:
    others = [url for url in recorded.examples if url != recorded.finding.url]
    more = recorded.occurrences - len(recorded.examples)
    listed = [_page(url, recorded.finding) for url in others]
    return [*listed, f"and {more} more"] if listed and more > 0 else listed


def _where(finding: Finding) -> str:
    return _page(finding.url, finding)


def _page(url: str, finding: Finding) -> str:
    """A link to a page of the site; what a page links to may be anybody's, and trackers tell whom they link to."""
    return code(url, _MAX_URL) if url == finding.resource else link(url, _MAX_URL)


def _listed(title: str, items: list[str], *, ordered: bool = False) -> str:
    if not items:
        return ""
    numbered = [f"{number}. {item}" if ordered else f"- {item}" for number, item in enumerate(items, 1)]
    return f"### {title}\n\n" + "\n".join(numbered)


def _pages(count: int) -> str:
    return "1 page" if count == 1 else f"{count} pages"


def _day(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d")

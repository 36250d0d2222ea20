"""What a person sees while ``bughive crawl`` runs, and at its end."""

import time

from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from bughive_crds.crawl_report import CrawlReportContent
from bughive_crds.crawl_session import Outcome
from bughive_crds.model import Severity
from bughive_protocol.frontier import Counts

_COLORS = {Severity.CRITICAL: "bold red", Severity.HIGH: "red", Severity.MEDIUM: "yellow", Severity.LOW: "cyan"}

LINE_SECONDS = 10.0
"""How often a line is written where the output is no terminal."""


class ProgressLine:
    """One line on a terminal, refreshed; elsewhere, such as in CI's log, a line now and then."""

    def __init__(self, console: Console, max_pages: int) -> None:
        self._max_pages = max_pages
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=30),
            TextColumn("{task.completed:>5.0f}/{task.total:<5.0f} pages  [bold]{task.fields[bugs]:>3}[/] bugs"),
            TimeElapsedColumn(),
            TextColumn("[dim]{task.fields[at]}"),
            console=console,
        )
        self._bar = self._progress.add_task("crawling", total=max_pages, bugs=0, at="")
        self.live = Live(self._progress, console=console, refresh_per_second=5, transient=True)
        self._console = console
        self._said_at = time.monotonic()

    def at_page(self, url: str) -> None:
        """A page is begun."""
        self._progress.update(self._bar, at=url)

    def show(self, counts: Counts) -> None:
        """How far the crawl is."""
        known = min(counts.discovered, self._max_pages)
        self._progress.update(self._bar, completed=counts.crawled, total=max(known, 1), bugs=counts.bugs)
        if not self._console.is_terminal and time.monotonic() - self._said_at >= LINE_SECONDS:
            self._said_at = time.monotonic()
            self._console.print(f"crawled {counts.crawled}/{known} pages, {counts.bugs} bugs so far", highlight=False)


def print_bugs(console: Console, content: CrawlReportContent) -> None:
    """The worst bugs, as a table."""
    table = Table(box=None, pad_edge=False)
    table.add_column("SEVERITY")
    table.add_column("KIND", no_wrap=True)
    table.add_column("BUG", overflow="fold")
    table.add_column("PAGES", justify="right")
    for bug in content.worst:
        severity = f"[{_COLORS[bug.severity]}]{bug.severity}[/]"
        table.add_row(severity, bug.kind, escape(bug.title), str(bug.occurrences))
    if content.worst:
        console.print(table, highlight=False)
    if content.omitted:
        console.print(f"... and {content.omitted} more in the report")


def print_result(console: Console, content: CrawlReportContent) -> None:
    """The worst bugs, the verdict, and where the report is."""
    print_bugs(console, content)
    words: dict[Outcome | None, str] = {
        Outcome.PASSED: "[bold green]Passed[/]",
        Outcome.BUGS_FOUND: "[bold red]Bugs found[/]",
    }
    verdict = words.get(content.outcome, "[bold]Stopped; the report is partial[/]")
    console.print(f"\n{verdict}: {content.bugs.total} bugs on {content.pages.crawled} pages", highlight=False)
    if beyond := content.pages.beyond:
        console.print(f"  known and not visited: {beyond}", highlight=False)
    if content.pages.left_out:
        console.print(f"  left out by rule: {content.pages.left_out}; the report says which and why", highlight=False)
    if content.analysis:
        asked, usd = content.analysis.pages, content.analysis.usd
        console.print(f"  language model: asked about {asked} pages, {usd:.4f} USD", highlight=False)
        if content.analysis.message:
            console.print(f"  {escape(content.analysis.message)}", highlight=False, soft_wrap=True)
    for artifact in content.artifacts:
        console.print(f"  {artifact.url.removeprefix('file://')}", highlight=False, soft_wrap=True)

"""Follow one session live: a progress line on a terminal, a line for each change elsewhere."""

import time
from collections.abc import Callable

from rich.console import Console
from rich.live import Live
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from bughive_crds.crawl_session import CrawlSessionStatus
from bughive_crds.crawl_session import Progress as Pages
from bughive_dev.errors import SetupError

POLL_SECONDS = 0.5


def follow(
    console: Console, status: Callable[[], CrawlSessionStatus], check: Callable[[], None], seconds: float
) -> CrawlSessionStatus:
    """Show the session until it is over, and return how it ended.

    Args:
        console: where to show it.
        status: reads the session's status.
        check: raises where a program that is needed has ended.
        seconds: how long to wait at most.

    Raises:
        SetupError: it did not end in time.
    """
    progress = Progress(
        TextColumn("{task.fields[phase]:<9}"),
        BarColumn(bar_width=30),
        TextColumn("{task.fields[pages]:>8} pages  [bold]{task.fields[bugs]:>3}[/] bugs"),
        TimeElapsedColumn(),
        TextColumn("[dim]{task.fields[at]}", table_column=None),
        console=console,
    )
    bar = progress.add_task("", total=100, phase="", pages="", bugs=0, at="")
    deadline = time.monotonic() + seconds
    last = ""
    with Live(progress, console=console, refresh_per_second=4, transient=True):
        while True:
            now = status()
            check()
            _show(progress, bar, now)
            line = _line(now)
            if not console.is_terminal and line != last:
                console.print(line, highlight=False)
                last = line
            if now.phase is not None and now.phase.terminal:
                return now
            if time.monotonic() > deadline:
                raise SetupError(f"the session is not over after {seconds:.0f} s: {now.message}")
            time.sleep(POLL_SECONDS)


def _show(progress: Progress, bar: TaskID, status: CrawlSessionStatus) -> None:
    pages = status.progress or Pages()
    progress.update(
        bar,
        completed=pages.percent,
        phase=status.phase or "Applied",
        pages=pages.pages,
        bugs=status.bugs.total if status.bugs else 0,
        at=pages.current_url or "",
    )


def _line(status: CrawlSessionStatus) -> str:
    pages = status.progress or Pages()
    bugs = status.bugs.total if status.bugs else 0
    return f"  {status.phase or 'Applied':<9} {pages.pages:>8} pages {bugs:>3} bugs  {status.message or ''}"

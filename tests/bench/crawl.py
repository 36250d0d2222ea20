"""How fast BugHive crawls, side by side with a bare Playwright loop and with crawlee-python.

``make bench-crawl`` (about ten minutes). Every contender crawls the same local site of 200 pages from 20
templates in a process of its own, at concurrency 1, 2, 4 and 8, in turn; the best of each counts. All follow
links from the start page, wait for each page's load event, and obey the same robots.txt.
"""

import argparse
import json
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from bench_site import site
from rich.console import Console
from rich.table import Table

from bughive_worker.browser.chromium import find_chromium

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
CONTENDERS = {
    "bare": ("a", "bare Playwright loop, reused pages", ["bare.py"]),
    "navigation": ("b", "BugHive, navigation-level detectors", ["bughive_crawl.py", "navigation"]),
    "full": ("c", "BugHive, everything", ["bughive_crawl.py", "full"]),
    "crawlee": ("d", "crawlee-python, Playwright crawler", ["crawlee_python.py"]),
}


@dataclass(frozen=True)
class Run:
    contender: str
    concurrency: int
    pages: int
    pages_per_second: float
    cpu_ms_per_page: dict[str, float]
    """By kind of process: python, driver (Playwright's), chromium."""

    @property
    def cpu_ms(self) -> float:
        return sum(self.cpu_ms_per_page.values())


def run(contender: str, url: str, pages: int, concurrency: int) -> Run:
    """One contender's crawl of the whole site; the browser's start is not part of the measured time."""
    script, *mode = CONTENDERS[contender][2]
    executable = find_chromium("", "")
    command = [sys.executable, str(HERE / "contenders" / script), url, str(pages), str(concurrency), executable, *mode]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
    if answer.returncode:
        sys.exit(f"{contender} failed:\n{answer.stderr[-3000:]}")
    measured = json.loads(answer.stdout.splitlines()[-1])
    if measured["pages"] != pages:
        sys.exit(f"{contender} crawled {measured['pages']} pages instead of {pages}: the comparison would be void")
    cpu_ms = {kind: 1000 * seconds / pages for kind, seconds in measured["cpu_seconds"].items()}
    return Run(contender, concurrency, pages, pages / measured["seconds"], cpu_ms)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--concurrency", type=int, nargs="+", default=[1, 2, 4, 8])
    parser.add_argument("--rounds", type=int, default=1)
    options = parser.parse_args()
    console = Console()
    runs: list[Run] = []
    with site(options.pages) as url:
        for _ in range(options.rounds):
            for concurrency in options.concurrency:
                for contender in CONTENDERS:
                    runs.append(run(contender, url, options.pages, concurrency))
                    done = runs[-1]
                    console.print(
                        f"{contender:<11} at {concurrency}: {done.pages_per_second:5.1f} pages/s "
                        f"{done.cpu_ms:4.0f} CPU ms a page: "
                        + ", ".join(f"{kind} {spent:.0f}" for kind, spent in done.cpu_ms_per_page.items()),
                        highlight=False,
                    )
    best = {
        name: max((each for each in runs if each.contender == name), key=lambda each: each.pages_per_second)
        for name in CONTENDERS
    }
    ratios = {
        "navigation_vs_bare": best["navigation"].pages_per_second / best["bare"].pages_per_second,
        "navigation_vs_crawlee": best["navigation"].pages_per_second / best["crawlee"].pages_per_second,
        "full_vs_crawlee": best["full"].pages_per_second / best["crawlee"].pages_per_second,
    }
    console.print(_table(runs, best, options.concurrency))
    for name, ratio in ratios.items():
        console.print(f"{name:<22} {ratio:.2f}", highlight=False)
    result = ROOT / "build/bench/crawl.json"
    result.parent.mkdir(parents=True, exist_ok=True)
    rounded = {name: round(ratio, 3) for name, ratio in ratios.items()}
    result.write_text(json.dumps({**rounded, "runs": [asdict(each) for each in runs]}, indent=1) + "\n")


def _table(runs: list[Run], best: dict[str, Run], concurrencies: list[int]) -> Table:
    table = Table(title="pages/s (CPU ms a page), best of each in bold", title_justify="left")
    table.add_column("")
    table.add_column("contender")
    for concurrency in concurrencies:
        table.add_column(f"at {concurrency}", justify="right")
    for name, (letter, title, _) in CONTENDERS.items():
        cells = []
        for concurrency in concurrencies:
            fastest = max(
                (each for each in runs if (each.contender, each.concurrency) == (name, concurrency)),
                key=lambda each: each.pages_per_second,
            )
            cell = f"{fastest.pages_per_second:.1f} ({fastest.cpu_ms:.0f})"
            cells.append(f"[bold]{cell}[/]" if fastest == best[name] else cell)
        table.add_row(letter, title, *cells)
    return table


if __name__ == "__main__":
    main()

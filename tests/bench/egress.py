"""What the egress guard costs: the same crawl with the browser behind it and straight to the site, in turn.

``make bench-egress`` (about six minutes). Each crawl has a process of its own; who begins changes with each round. The
ratio is that of the medians of pages per second: 1 would be a guard that costs nothing.
"""

import argparse
import json
import statistics
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from bench_site import site
from rich.console import Console

from bughive_worker.browser.chromium import find_chromium

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
WAYS = ("guarded", "straight")


@dataclass(frozen=True)
class Run:
    mode: str
    way: str
    pages_per_second: float
    cpu_ms_per_page: float


def crawl(url: str, pages: int, concurrency: int, mode: str, way: str) -> Run:
    """One crawl of the whole site; the browser's start is not part of the measured time."""
    script = HERE / "contenders/bughive_crawl.py"
    command = [sys.executable, str(script), url, str(pages), str(concurrency), find_chromium("", ""), mode, way]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    if answer.returncode:
        sys.exit(f"a crawl failed:\n{answer.stderr[-3000:]}")
    measured = json.loads(answer.stdout.splitlines()[-1])
    if measured["pages"] != pages:
        sys.exit(f"{measured['pages']} pages were crawled instead of {pages}: the comparison would be void")
    cpu_ms = 1000 * sum(measured["cpu_seconds"].values()) / pages
    return Run(mode, way, pages / measured["seconds"], cpu_ms)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--concurrency", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--modes", nargs="+", default=["navigation", "full"], choices=["navigation", "full"])
    options = parser.parse_args()
    console = Console()
    runs: list[Run] = []
    with site(options.pages) as url:
        for number in range(options.rounds):
            for mode in options.modes:
                for way in WAYS if number % 2 else reversed(WAYS):
                    runs.append(crawl(url, options.pages, options.concurrency, mode, way))
                    done = runs[-1]
                    console.print(
                        f"{mode:<10} {way:<8} {done.pages_per_second:5.1f} pages/s "
                        f"{done.cpu_ms_per_page:4.0f} CPU ms a page",
                        highlight=False,
                    )
    result: dict[str, object] = {}
    for mode in options.modes:
        guarded, straight = (_medians([run for run in runs if (run.mode, run.way) == (mode, way)]) for way in WAYS)
        ratio = guarded["pages_per_second"] / straight["pages_per_second"]
        result[mode] = {"ratio": round(ratio, 3), "guarded": guarded, "straight": straight}
        console.print(
            f"{mode}: {guarded['pages_per_second']:.1f} pages/s behind the guard, "
            f"{straight['pages_per_second']:.1f} without: {ratio:.2f}",
            highlight=False,
        )
    written = ROOT / "build/bench/egress.json"
    written.parent.mkdir(parents=True, exist_ok=True)
    written.write_text(json.dumps({**result, "runs": [asdict(each) for each in runs]}, indent=1) + "\n")


def _medians(runs: list[Run]) -> dict[str, float]:
    return {
        "pages_per_second": round(statistics.median(run.pages_per_second for run in runs), 2),
        "cpu_ms_per_page": round(statistics.median(run.cpu_ms_per_page for run in runs), 1),
    }


if __name__ == "__main__":
    main()

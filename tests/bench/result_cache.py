"""What the result cache saves: a site is crawled twice with it and twice without, side by side.

``make bench-result-cache`` (two minutes). Each session has a process of its own; those with and without take turns.
The ratio is of the second sessions' pages per second, and void unless all four told the same bugs.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path

from bench_site import site
from rich.console import Console

from bughive_dev.redis_server import RedisServer
from bughive_dev.supervision import Supervision
from bughive_worker.browser.chromium import find_chromium

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


def session(given: dict[str, object]) -> dict[str, object]:
    """One session, from start to end."""
    command = [sys.executable, str(HERE / "contenders/cached_crawl.py"), json.dumps(given)]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    if answer.returncode:
        sys.exit(f"a session failed:\n{answer.stderr[-3000:]}")
    told = json.loads(answer.stdout.splitlines()[-1])
    return {**given, **told}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--concurrency", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=1)
    options = parser.parse_args()
    console = Console()
    runs: list[dict] = []
    ratios: dict[str, list[float]] = {"None": [], "Findings": []}
    with (
        tempfile.TemporaryDirectory() as home,
        Supervision(Path(home)) as supervision,
        site(options.pages) as url,
    ):
        redis = RedisServer(supervision)
        redis.start()
        given = {"url": url, "pages": options.pages, "concurrency": options.concurrency, "redis": redis.url}
        given["chromium"] = find_chromium("", "")
        for _ in range(options.rounds):
            for screenshots, found in ratios.items():
                prefix = f"bench-{uuid.uuid4().hex[:8]}"
                of = []
                for number in ("first", "second"):
                    for cache in (False, True):
                        of.append(session({**given, "prefix": prefix, "cache": cache, "screenshots": screenshots}))
                        done = of[-1]
                        console.print(
                            f"screenshots {screenshots:<8} {number:<6} {'with' if cache else 'without':<7} "
                            f"{done['pages'] / done['seconds']:6.1f} pages/s "
                            f"{1000 * done['cpu_seconds'] / done['pages']:4.0f} CPU ms a page, "
                            f"{done['reused']} reused, {len(done['bugs'])} bugs, "
                            f"{done['kept'] / done['pages'] / 1024:.1f} KiB kept a page",
                            highlight=False,
                        )
                if any((each["bugs"], each["pages"]) != (of[0]["bugs"], of[0]["pages"]) for each in of):
                    console.print("[red]the sessions did not tell the same bugs")
                else:
                    found.append(of[2]["seconds"] / of[3]["seconds"])
                runs += of
    medians = {name: round(statistics.median(found), 2) for name, found in ratios.items() if found}
    for name, ratio in medians.items():
        console.print(f"second session with the cache, screenshots {name}: {ratio} times as fast", highlight=False)
    result = ROOT / "build/bench/result_cache.json"
    result.parent.mkdir(parents=True, exist_ok=True)
    result.write_text(json.dumps({"ratios": medians, "runs": runs}, indent=1) + "\n")
    if len(medians) < len(ratios):
        sys.exit(1)


if __name__ == "__main__":
    main()

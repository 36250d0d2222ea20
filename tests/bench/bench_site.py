"""The site that the crawl's benchmarks crawl."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROGRAM = Path(__file__).parents[1] / "sites/bench"


@contextmanager
def site(pages: int) -> Iterator[str]:
    """Its address, while it runs in a process of its own."""
    command = [sys.executable, str(PROGRAM), "--pages", str(pages)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        if server.stdout is None:
            raise AssertionError("opened with a pipe")
        try:
            yield server.stdout.readline().strip()
        finally:
            server.terminate()

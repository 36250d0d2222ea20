"""What every contender reports: pages, seconds and CPU of its whole process tree, browser included."""

import json
import sys
import time
from dataclasses import asdict, dataclass

import psutil


@dataclass(frozen=True)
class Measured:
    pages: int
    seconds: float
    cpu_seconds: float


class Stopwatch:
    """Starts at once; the browser has to be up before, so that start-up costs are nobody's."""

    def __init__(self) -> None:
        self._cpu = tree_cpu_seconds()
        self._began = time.monotonic()

    def report(self, pages: int) -> None:
        seconds = time.monotonic() - self._began
        measured = Measured(pages, seconds, tree_cpu_seconds() - self._cpu)
        json.dump(asdict(measured), sys.stdout)
        sys.stdout.flush()


def tree_cpu_seconds() -> float:
    """User and system time of this process and all below it, those that have ended and were waited for included."""
    this = psutil.Process()
    total = 0.0
    for process in [this, *this.children(recursive=True)]:
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system + times.children_user + times.children_system
    return total

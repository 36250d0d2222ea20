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
    cpu_seconds: dict[str, float]
    """By kind of process: python, driver, chromium."""


class Stopwatch:
    """Starts at once; the browser has to be up before, so that start-up costs are nobody's."""

    def __init__(self) -> None:
        self._cpu = tree_cpu_seconds()
        self._began = time.monotonic()

    def report(self, pages: int) -> None:
        seconds = time.monotonic() - self._began
        spent = {kind: total - self._cpu[kind] for kind, total in tree_cpu_seconds().items()}
        json.dump(asdict(Measured(pages, seconds, spent)), sys.stdout)
        sys.stdout.flush()


def tree_cpu_seconds() -> dict[str, float]:
    """User and system time of this process and all below it, those that have ended and were waited for included."""
    this = psutil.Process()
    totals = {"python": 0.0, "driver": 0.0, "chromium": 0.0}
    for process in [this, *this.children(recursive=True)]:
        try:
            times, name = process.cpu_times(), process.name()
        except psutil.NoSuchProcess:
            continue
        kind = "python" if process == this else "driver" if name.startswith(("node", "MainThread")) else "chromium"
        totals[kind] += times.user + times.system + times.children_user + times.children_system
    return totals

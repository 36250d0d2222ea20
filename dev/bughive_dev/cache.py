"""The cache: an entry is there whole or not at all, and is made once, however many ask for it."""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


def cached(entry: Path, make: Callable[[Path], None]) -> Path:
    """Return `entry`; where it is missing, `make` it at another path and rename it when it is whole.

    While another process makes the same entry, this one waits and then takes what that one made.
    """
    if entry.exists():
        return entry
    entry.parent.mkdir(parents=True, exist_ok=True)
    with locked(entry.with_name(f"{entry.name}.lock"), waiting=f"another process is making {entry}: waiting for it"):
        partial = entry.with_name(f"{entry.name}.partial")
        if not entry.exists():
            _remove(partial)
            make(partial)
            os.replace(partial, entry)  # noqa: PTH105 - the atomic step
    return entry


@contextmanager
def locked(path: Path, waiting: str) -> Iterator[None]:
    """Hold the lock on a file; it goes with the process, however that ends. Prints `waiting` if it must wait."""
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(waiting, flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)

"""What the dead have counted: it is added to one file for all of them, so that files do not become more for ever."""

import os
from collections.abc import Callable
from pathlib import Path

from prometheus_client.mmap_dict import MmapedDict

GRAVE = 0
"""Stands for the process in the names of the files of all who are dead; no process has this id."""
_LASTING = ("counter", "histogram")
"""Sorts of metrics that outlive their process. What a gauge said of it is over."""


def is_alive(pid: int) -> bool:
    """Whether there is a process of this id."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def bury(folder: Path, alive: Callable[[int], bool] = is_alive) -> None:
    """Move what the dead have counted into the common file. Nobody may read the folder meanwhile.

    A process that got the id of a dead one goes on with the dead one's file, so it is counted either way.
    """
    for file in folder.glob("*.db"):
        sort, _, pid = file.stem.rpartition("_")
        if int(pid) == GRAVE or alive(int(pid)):
            continue
        if sort in _LASTING:
            _add(file, folder / f"{sort}_{GRAVE}.db")
        file.unlink()


def _add(file: Path, grave: Path) -> None:
    sums = MmapedDict(str(grave))  # type: ignore[no-untyped-call]  # prometheus_client has no types for it
    try:
        for key, value, timestamp, _ in MmapedDict.read_all_values_from_file(str(file)):  # type: ignore[no-untyped-call]
            before, _ = sums.read_value(key)  # type: ignore[no-untyped-call]
            sums.write_value(key, before + value, timestamp)  # type: ignore[no-untyped-call]
    finally:
        sums.close()  # type: ignore[no-untyped-call]

"""Who a process is: a pid alone is not enough, the kernel gives it out again."""

import os
import select
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Self

GONE = frozenset("ZX")
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True)
class ProcessId:
    """One process, for ever: no later process with the same pid is equal to it.

    `started` is in clock ticks since the boot named by `boot`.
    """

    pid: int
    started: int
    boot: str

    @classmethod
    def of(cls, pid: int) -> Self | None:
        """Name the process that has this pid now, running or not yet waited for; None where there is none."""
        stat = _stat(pid)
        return None if stat is None else cls(pid=pid, started=stat.started, boot=BOOT_ID.read_text().strip())

    @property
    def alive(self) -> bool:
        """Is this very process still running?"""
        stat = _stat(self.pid)
        return stat is not None and stat.state not in GONE and type(self).of(self.pid) == self

    def send(self, number: signal.Signals) -> None:
        """Send a signal to this process, and never to another that took over its pid."""
        handle = self._open()
        if handle is not None:
            try:
                signal.pidfd_send_signal(handle, number)
            except ProcessLookupError:
                return
            finally:
                os.close(handle)

    def wait_gone(self, seconds: float) -> bool:
        """Wait until the process has ended with all its threads; False if it has not after `seconds`."""
        handle = self._open()
        if handle is None:
            return True
        try:
            return bool(select.select([handle], [], [], seconds)[0])
        finally:
            os.close(handle)

    def _open(self) -> int | None:
        try:
            handle = os.pidfd_open(self.pid)
        except ProcessLookupError:
            return None
        # Compared after opening: if it is there now, the handle can be no other's.
        if type(self).of(self.pid) == self:
            return handle
        os.close(handle)
        return None


class _Stat(NamedTuple):
    state: str
    started: int


def _stat(pid: int) -> _Stat | None:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    # proc(5): "pid (name) state ...", and the name may hold spaces and brackets.
    fields = stat.rpartition(")")[2].split()
    return _Stat(state=fields[0], started=int(fields[19]))

"""Who a process is: a pid alone is not enough, the kernel gives it out again."""

import os
import select
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Self

STATE, STARTED = 0, 19
"""Places in what `_fields` returns."""
ENDED = frozenset("ZX")
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
        try:
            started = _fields(pid)[STARTED]
        except (FileNotFoundError, ProcessLookupError):
            return None
        return cls(pid=pid, started=int(started), boot=BOOT_ID.read_text().strip())

    @property
    def alive(self) -> bool:
        """Is this very process still running? One that has ended is not, even if nobody waited for it."""
        try:
            return type(self).of(self.pid) == self and _fields(self.pid)[STATE] not in ENDED
        except (FileNotFoundError, ProcessLookupError):
            return False

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
            ended = select.poll()
            ended.register(handle, select.POLLIN)
            return bool(ended.poll(seconds * 1000))
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


def _fields(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from the third on, see proc(5)."""
    # "pid (name) state ...", and the name may hold spaces and brackets.
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()

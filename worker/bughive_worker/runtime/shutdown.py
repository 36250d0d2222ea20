"""SIGTERM drains a worker: its children hand over what they have, and it is gone within 25 seconds.

Celery's own soft shutdown is left alone: it sleeps its whole time in the signal handler before it tells
anyone, so nothing could be handed over. Here the warm shutdown stays what SIGTERM means, the children learn
of it at once through one shared byte, and a limit of our own bounds it.
"""

import logging
import mmap
import os
import signal
import threading

from celery.signals import worker_shutting_down

DRAIN_LIMIT_SECONDS = 25.0
"""How long a worker may take to leave after SIGTERM."""

log = logging.getLogger(__name__)


class DrainFlag:
    """A byte of shared memory: set once in the parent, seen by every child forked after it was made.

    A byte, not a lock: it is written in a signal handler, where whoever holds a lock may be ourselves.
    """

    def __init__(self) -> None:
        self._byte = mmap.mmap(-1, 1)

    def set(self) -> None:
        """Ask every child to hand over."""
        self._byte[0] = 1

    def is_set(self) -> bool:
        """Whether this worker is leaving."""
        return self._byte[0] == 1


class Drain:
    """Sets the flag at the first SIGTERM or SIGINT, and ends the worker if it is still there at the limit."""

    def __init__(self, flag: DrainFlag, limit_seconds: float = DRAIN_LIMIT_SECONDS) -> None:
        self._flag = flag
        self._limit = limit_seconds

    def install(self) -> None:
        """Listen for Celery's ``worker_shutting_down``. Nothing is started before it comes."""
        worker_shutting_down.connect(self._begin, weak=False)

    def _begin(self, **_signal: object) -> None:
        if self._flag.is_set():
            return
        self._flag.set()
        last_resort = threading.Timer(self._limit, self._end)
        last_resort.daemon = True
        last_resort.start()

    def _end(self) -> None:
        log.error("the worker did not drain in %.0f s and is killed; its leases run out by themselves", self._limit)
        # The children follow by PDEATHSIG, which Celery sets, and their browsers by the closed pipe.
        os.kill(os.getpid(), signal.SIGKILL)

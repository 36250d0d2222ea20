"""Starts what ended again after a second, as a Deployment would."""

import contextlib
import threading

from bughive_dev.program import Program, Record
from bughive_dev.supervision import Supervision

PAUSE_SECONDS = 1.0
LOOK_SECONDS = 0.1


class Keeper:
    """Holds programs under one supervisor. Safe to use from several threads."""

    def __init__(self, supervision: Supervision) -> None:
        self._supervision = supervision
        self._lock = threading.Lock()
        self._kept: dict[str, Program] = {}
        self._again: dict[str, float] = {}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="keeper", daemon=True)
        self._thread.start()

    def start(self, program: Program) -> None:
        """Start a program and keep it running."""
        with self._lock:
            self._supervision.start(program)
            self._kept[program.name] = program

    def let_go(self, name: str) -> None:
        """Do not start this program again."""
        with self._lock:
            self._kept.pop(name, None)

    def pid(self, name: str) -> int | None:
        """The process of a program; None while it is not running."""
        record = Record.read(self._supervision.home)
        running = record.program(name) if record else None
        return running.process.pid if running and running.exit_code is None and running.process.alive else None

    def close(self) -> None:
        self._ended.set()
        self._thread.join()

    def _keep(self) -> None:
        down: dict[str, float] = {}
        while not self._ended.wait(LOOK_SECONDS):
            with self._lock, contextlib.suppress(FileNotFoundError):
                for name, program in self._kept.items():
                    if self.pid(name) is not None:
                        down.pop(name, None)
                        continue
                    down[name] = down.get(name, 0.0) + LOOK_SECONDS
                    if down[name] >= PAUSE_SECONDS and self._known_to_have_ended(name):
                        self._supervision.start(program)
                        down.pop(name)

    def _known_to_have_ended(self, name: str) -> bool:
        record = Record.read(self._supervision.home)
        running = record.program(name) if record else None
        return running is not None and running.exit_code is not None

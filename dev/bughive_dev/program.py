"""What a supervisor runs, and what it writes down about it."""

import json
import os
import signal
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Self

from bughive_dev.process_id import ProcessId

RECORD = "record.json"
LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Program:
    """One program to run, at `port` of `host`; `env` is added to the supervisor's own environment.

    At the end it gets `stop_signal` and `grace_seconds` to leave by itself, then SIGKILL.
    """

    name: str
    argv: list[str]
    port: int
    host: str = LOOPBACK
    env: Mapping[str, str] = field(default_factory=dict)
    stop_signal: int = signal.SIGKILL
    grace_seconds: float = 5.0


@dataclass(frozen=True)
class Running:
    """A program that was started; `exit_code` is None while it runs, negative after a signal."""

    name: str
    process: ProcessId
    port: int
    host: str = LOOPBACK
    exit_code: int | None = None


@dataclass(frozen=True)
class Record:
    """The file by which others find, judge and stop what a supervisor runs."""

    supervisor: ProcessId
    programs: tuple[Running, ...] = ()

    def write(self, home: Path) -> None:
        """Write the record so that a reader sees the old one or the new one, never half of it."""
        path = home / RECORD
        partial = path.with_suffix(".partial")
        partial.write_text(json.dumps(asdict(self)))
        os.replace(partial, path)  # noqa: PTH105 - Path.replace would hide that this is the atomic step

    @classmethod
    def read(cls, home: Path) -> Self | None:
        """Read the record under `home`; None where nothing was ever started."""
        try:
            raw = json.loads((home / RECORD).read_text())
        except FileNotFoundError:
            return None
        programs = tuple(Running(**{**each, "process": ProcessId(**each["process"])}) for each in raw["programs"])
        return cls(supervisor=ProcessId(**raw["supervisor"]), programs=programs)

    def program(self, name: str) -> Running | None:
        """The program of this name, if it was started."""
        return next((each for each in self.programs if each.name == name), None)

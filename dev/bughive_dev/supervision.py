"""The starter's hold on a supervisor: start programs, then let go of it or stop it."""

import json
import signal
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Self

from bughive_dev.errors import SetupError
from bughive_dev.program import Program, Record

STOP_SECONDS = 30.0
LOG_TAIL_LINES = 15


class Supervision:
    """A supervisor and the pipe that ties it to this process.

    While the pipe is held, everything ends with this process, also after kill -9. Leaving the
    `with` block stops everything, unless `stay` was called.
    """

    def __init__(self, home: Path) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self.home = home
        with (home / "supervisor.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bughive_dev.supervisor", str(home)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,  # Ctrl-C is for the starter, who then stops it in order
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self, program: Program) -> None:
        """Start one program; its output goes to `<name>.log` under `home`.

        Raises:
            SetupError: it could not be executed, or the supervisor is gone.
        """
        answer = self._tell(asdict(program))
        if answer:
            raise SetupError(f"{program.name} does not start: {answer}")

    def stay(self) -> None:
        """Let go: supervisor and programs run on after this process, until `stop_recorded`."""
        if self._process.stdin is None or self._process.stdin.closed:
            return
        self._process.stdin.write(json.dumps("stay") + "\n")
        self._close()
        self._process.returncode = 0  # it is no longer ours to wait for

    def stop(self) -> None:
        """Stop every program and the supervisor, and wait until they are gone."""
        if self._process.stdin is None or self._process.stdin.closed:
            return
        self._close()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()  # its programs die with it
            self._process.wait()

    def check_alive(self, name: str) -> None:
        """Raise a SetupError with the end of its log if a program has ended."""
        record = Record.read(self.home)
        running = record.program(name) if record else None
        if running is None or running.exit_code is not None or not running.process.alive:
            raise SetupError(f"{name} has ended by itself. The end of its log:\n{log_tail(self.home, name)}")

    def _tell(self, command: object) -> str:
        if self._process.stdin is None or self._process.stdout is None:
            raise AssertionError("the supervisor was opened with two pipes")
        try:
            self._process.stdin.write(json.dumps(command) + "\n")
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
        except BrokenPipeError:
            answer = ""
        if not answer:
            raise SetupError(f"the supervisor has ended. The end of its log:\n{log_tail(self.home, 'supervisor')}")
        return answer.strip()

    def _close(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()


def stop_recorded(home: Path) -> bool:
    """Stop whatever the record under `home` names and still runs; say whether there was anything.

    A supervisor stops its programs itself. Programs that outlived it are killed here, each only if
    it is the very process that was written down.
    """
    record = Record.read(home)
    if record is None:
        return False
    found = record.supervisor.alive
    record.supervisor.send(signal.SIGTERM)
    if not record.supervisor.wait_gone(STOP_SECONDS):
        record.supervisor.send(signal.SIGKILL)
    for each in (Record.read(home) or record).programs:
        found = found or each.process.alive
        each.process.send(signal.SIGKILL)
        each.process.wait_gone(STOP_SECONDS)
    return found


def log_tail(home: Path, name: str) -> str:
    """The last lines of a program's log, and where the rest is."""
    path = home / f"{name}.log"
    lines = path.read_text(errors="replace").splitlines() if path.exists() else []
    return "\n".join([*(f"  {line}" for line in lines[-LOG_TAIL_LINES:]), f"  ({path})"])

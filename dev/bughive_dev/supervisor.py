"""The background process that holds programs together: they end with it, however it ends.

Run as `python -m bughive_dev.supervisor HOME`. It reads one JSON object a line from its standard input:
a `Program` to start, answered by one line (empty, or what went wrong), or the word "stay". Until it
has read "stay", the end of its input means that its starter is gone, and it stops everything.

Standard library only: it starts in the time of a bare interpreter, and it needs no more.
"""

import ctypes
import json
import os
import selectors
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from bughive_dev.process_id import ProcessId
from bughive_dev.program import Program, Record, Running

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None, use_errno=True)


class Supervisor:
    """Starts programs, writes down who they are, and stops them all at its own end."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._pid = os.getpid()
        self._children: dict[str, tuple[Program, subprocess.Popen[bytes]]] = {}
        self._record = Record(supervisor=_identify(self._pid))
        self._stopping = False
        self._record.write(home)

    def run(self) -> None:
        """Obey the standard input until it ends or a SIGTERM comes."""
        commands = sys.stdin.fileno()
        wakeup_reader, wakeup_writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(wakeup_writer)
        signal.signal(signal.SIGTERM, self._on_term)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        pending = b""
        with selectors.DefaultSelector() as selector:
            selector.register(commands, selectors.EVENT_READ)
            selector.register(wakeup_reader, selectors.EVENT_READ)
            try:
                while not self._stopping:
                    for key, _ in selector.select():
                        chunk = os.read(key.fd, 65536)
                        if key.fd == wakeup_reader:
                            self._note_exits()
                            continue
                        *lines, pending = (pending + chunk).split(b"\n")
                        stay = [self._obey(json.loads(line)) for line in lines]
                        if any(stay):
                            selector.unregister(commands)
                        elif not chunk:
                            self._stopping = True
            finally:
                self._stop_all()

    def _obey(self, command: Any) -> bool:  # noqa: ANN401 - as it comes out of JSON
        if command == "stay":
            return True
        answer = self._start(Program(**command)) + "\n"
        try:
            os.write(sys.stdout.fileno(), answer.encode())
        except BrokenPipeError:  # the starter ended before it was answered
            self._stopping = True
        return False

    def _start(self, program: Program) -> str:
        if program.name in self._children and self._children[program.name][1].poll() is None:
            return "it is running already"
        with (self._home / f"{program.name}.log").open("ab") as log:
            try:
                child = subprocess.Popen(
                    program.argv,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    env={**os.environ, **program.env},
                    cwd=self._home,
                    start_new_session=True,
                    preexec_fn=self._die_with_me,  # noqa: PLW1509 - this process has one thread
                )
            except (OSError, subprocess.SubprocessError) as error:
                return f"{program.argv[0]}: {error}"
        self._children[program.name] = (program, child)
        started = Running(program.name, _identify(child.pid), program.port, program.host)
        others = tuple(each for each in self._record.programs if each.name != program.name)
        self._save(replace(self._record, programs=(*others, started)))
        return ""

    def _die_with_me(self) -> None:
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != self._pid:  # it died between fork and prctl
            os._exit(1)

    def _note_exits(self) -> None:
        programs = []
        for each in self._record.programs:
            _, child = self._children[each.name]
            programs.append(replace(each, exit_code=child.poll()))
        self._save(replace(self._record, programs=tuple(programs)))

    def _save(self, record: Record) -> None:
        if record != self._record:
            self._record = record
            record.write(self._home)

    def _on_term(self, *_: object) -> None:
        self._stopping = True

    def _stop_all(self) -> None:
        """Last started, first stopped, each within its grace."""
        for program, child in reversed(list(self._children.values())):
            if child.poll() is None:
                child.send_signal(program.stop_signal)
        started = time.monotonic()
        for program, child in self._children.values():
            left = program.grace_seconds - (time.monotonic() - started)
            try:
                child.wait(max(left, 0.0))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        self._note_exits()


def _identify(pid: int) -> ProcessId:
    """Name this process, or a child of it: a child has a name until it is waited for, even if it has ended."""
    found = ProcessId.of(pid)
    if found is None:
        raise AssertionError(f"process {pid} is this one or a child that was not waited for")
    return found


if __name__ == "__main__":
    Supervisor(Path(sys.argv[1])).run()

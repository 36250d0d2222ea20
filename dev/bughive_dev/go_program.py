"""Builds a Go module's program, as static as can be, and says how far it is."""

import os
import re
import subprocess
import time
from collections import deque
from pathlib import Path

from bughive_dev.errors import SetupError
from bughive_dev.go_toolchain import find_go, parse_version

NEWS_SECONDS = 15.0
ERROR_LINES = 30


def build_go_program(title: str, module: Path, package: str, target: Path, link_flags: str = "-s -w") -> None:
    """Build one package of a module (or one that it requires) into the file ``target``.

    Raises:
        SetupError: it cannot be built.
    """
    needed = parse_version(from_go_mod(module, r"^go (\S+)$"))
    if needed is None:
        raise SetupError(f"{module / 'go.mod'} names no version of Go")
    go = find_go(needed)
    print(f"building {title} with {go}, once for all checkouts", flush=True)
    started = time.monotonic()
    command = [
        str(go),
        "build",
        "-v",
        "-trimpath",
        "-buildvcs=false",
        "-ldflags",
        link_flags,
        "-o",
        str(target),
        package,
    ]
    _compile(title, command, module, started)
    print(f"built {title} in {time.monotonic() - started:.0f} s", flush=True)


def from_go_mod(module: Path, pattern: str) -> str:
    """What the first group of ``pattern`` is in a module's go.mod.

    Raises:
        SetupError: there is no such line.
    """
    found = re.search(pattern, (module / "go.mod").read_text(), re.MULTILINE)
    if found is None:
        raise SetupError(f"{module / 'go.mod'} has no line like {pattern}: restore the file from git")
    return found[1]


def _compile(title: str, command: list[str], module: Path, started: float) -> None:
    last_lines: deque[str] = deque(maxlen=ERROR_LINES)
    environment = {**os.environ, "CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOWORK": "off", "GOFLAGS": ""}
    packages, told = 0, started
    with subprocess.Popen(
        command, cwd=module, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as build:
        for line in build.stdout or ():
            last_lines.append(line)
            packages += 1
            if time.monotonic() - told > NEWS_SECONDS:
                told = time.monotonic()
                print(f"  {told - started:4.0f} s: {line.strip()} (package {packages})", flush=True)
    if build.returncode:
        raise SetupError(f"{title} cannot be built:\n{''.join(last_lines)}")

"""A static binary from a Go module of this checkout, built once for all checkouts of a user."""

import hashlib
import os
import platform
import re
import subprocess
import time
from collections import deque
from dataclasses import dataclass
from pathlib import Path

from bughive_dev.cache import cached
from bughive_dev.checkout import cache_directory
from bughive_dev.errors import SetupError
from bughive_dev.go_toolchain import find_go, parse_version

NEWS_SECONDS = 15.0
ERROR_LINES = 30


@dataclass(frozen=True)
class GoModule:
    """What is built: `package` of the module at `path`. Its version is the one go.mod has of `version_of`, if given."""

    name: str
    title: str
    path: Path
    sources: tuple[str, ...]
    takes: str
    version_of: str = ""
    package: str = "."

    @property
    def version(self) -> str:
        """The version in go.mod, without the v; 0 for a module that is only ours."""
        if not self.version_of:
            return "0"
        return self._from_go_mod(rf"^(?:require |\t){re.escape(self.version_of)} v(\S+)")

    @property
    def cache_key(self) -> str:
        """What the binary is made of: its version, the machine's architecture, and a hash of the sources.

        Go's own version is left out: a newer Go is no reason to build for minutes again.
        """
        digest = hashlib.sha256()
        for name in self.sources:
            digest.update(name.encode() + b"\0" + (self.path / name).read_bytes() + b"\0")
        return f"{self.version}-{platform.machine()}-{digest.hexdigest()[:12]}"

    @property
    def entry(self) -> Path:
        """Where the cache has the binary, or will have it."""
        return cache_directory() / f"{self.name}/{self.cache_key}"

    def binary(self, link_flags: str = "") -> Path:
        """The path of the binary, which is built first where the cache does not have it.

        Raises:
            SetupError: it cannot be built.
        """
        return cached(self.entry, lambda target: self._build(target, link_flags))

    def _build(self, target: Path, link_flags: str) -> None:
        needed = parse_version(self._from_go_mod(r"^go (\S+)$"))
        if needed is None:
            raise SetupError(f"{self.path / 'go.mod'} names no version of Go")
        go = find_go(needed)
        what = f"{self.title} {self.version}"
        print(f"building {what} with {go}: {self.takes}, once for all checkouts", flush=True)
        started = time.monotonic()
        flags = ["-v", "-trimpath", "-buildvcs=false", "-ldflags", f"-s -w {link_flags}".strip()]
        self._compile([str(go), "build", *flags, "-o", str(target), self.package], started)
        print(f"built {target.with_suffix('')} in {time.monotonic() - started:.0f} s", flush=True)

    def _compile(self, command: list[str], started: float) -> None:
        last_lines: deque[str] = deque(maxlen=ERROR_LINES)
        environment = {**os.environ, "CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOWORK": "off", "GOFLAGS": ""}
        packages, told = 0, started
        with subprocess.Popen(
            command, cwd=self.path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as build:
            for line in build.stdout or ():
                last_lines.append(line)
                packages += 1
                if time.monotonic() - told > NEWS_SECONDS:
                    told = time.monotonic()
                    print(f"  {told - started:4.0f} s: {line.strip()} (package {packages})", flush=True)
        if build.returncode:
            raise SetupError(f"{self.title} cannot be built:\n{''.join(last_lines)}")

    def _from_go_mod(self, pattern: str) -> str:
        found = re.search(pattern, (self.path / "go.mod").read_text(), re.MULTILINE)
        if found is None:
            raise SetupError(f"{self.path / 'go.mod'} has no line like {pattern}: restore the file from git")
        return found[1]

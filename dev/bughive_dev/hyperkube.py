"""The one binary with all of Kubernetes in it, built once for all checkouts of a user."""

import hashlib
import os
import platform
import re
import subprocess
import time
from collections import deque
from pathlib import Path

from bughive_dev.cache import cached
from bughive_dev.checkout import HYPERKUBE_MODULE, cache_directory
from bughive_dev.errors import SetupError
from bughive_dev.go_toolchain import find_go, parse_version

SOURCES = ("go.mod", "go.sum", "main.go")
NEWS_SECONDS = 15.0
ERROR_LINES = 30


def hyperkube() -> Path:
    """The path of the binary, which is built first where the cache does not have it (minutes).

    Raises:
        SetupError: it cannot be built.
    """
    return cached(_entry(), _build)


def is_built() -> bool:
    """Is the binary in the cache?"""
    return _entry().exists()


def kubernetes_version(module: Path = HYPERKUBE_MODULE) -> str:
    """The version of Kubernetes that go.mod asks for, such as 1.35.4."""
    return _from_go_mod(module, r"^\tk8s\.io/kubernetes v(\S+)$")


def cache_key(module: Path = HYPERKUBE_MODULE) -> str:
    """What the binary is made of: Kubernetes' version, the machine's architecture, and a hash of the sources.

    Go's own version is left out: a newer Go is no reason to build for minutes again.
    """
    digest = hashlib.sha256()
    for name in SOURCES:
        digest.update(name.encode() + b"\0" + (module / name).read_bytes() + b"\0")
    return f"{kubernetes_version(module)}-{platform.machine()}-{digest.hexdigest()[:12]}"


def _entry() -> Path:
    return cache_directory() / f"hyperkube/{cache_key()}"


def _from_go_mod(module: Path, pattern: str) -> str:
    found = re.search(pattern, (module / "go.mod").read_text(), re.MULTILINE)
    if found is None:
        raise SetupError(f"{module / 'go.mod'} has no line like {pattern}: restore the file from git")
    return found[1]


def _build(target: Path) -> None:
    needed = parse_version(_from_go_mod(HYPERKUBE_MODULE, r"^go (\S+)$"))
    if needed is None:
        raise SetupError(f"{HYPERKUBE_MODULE / 'go.mod'} names no version of Go")
    go = find_go(needed)
    version = kubernetes_version()
    print(f"building Kubernetes {version} with {go}: about 7 minutes on two cores, once for all checkouts", flush=True)
    started = time.monotonic()
    flags = ["-v", "-trimpath", "-buildvcs=false", "-ldflags", _link_flags(version)]
    _compile([str(go), "build", *flags, "-o", str(target), "."], started)
    print(f"built {target.with_suffix('')} in {time.monotonic() - started:.0f} s", flush=True)


def _compile(command: list[str], started: float) -> None:
    last_lines: deque[str] = deque(maxlen=ERROR_LINES)
    environment = {**os.environ, "CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOWORK": "off", "GOFLAGS": ""}
    packages, told = 0, started
    with subprocess.Popen(
        command, cwd=HYPERKUBE_MODULE, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as build:
        for line in build.stdout or ():
            last_lines.append(line)
            packages += 1
            if time.monotonic() - told > NEWS_SECONDS:
                told = time.monotonic()
                print(f"  {told - started:4.0f} s: {line.strip()} (package {packages})", flush=True)
    if build.returncode:
        raise SetupError(f"Kubernetes cannot be built:\n{''.join(last_lines)}")


def _link_flags(version: str) -> str:
    major, minor, _ = version.split(".", 2)
    facts = {"gitVersion": f"v{version}", "gitMajor": major, "gitMinor": minor, "gitTreeState": "clean"}
    packages = ("k8s.io/component-base/version", "k8s.io/client-go/pkg/version")
    stamps = [f"-X {package}.{name}={value}" for package in packages for name, value in facts.items()]
    return " ".join(["-s", "-w", *stamps])

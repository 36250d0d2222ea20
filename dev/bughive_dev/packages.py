"""Installs Debian packages where they are missing, without starting what they would start."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bughive_dev.errors import SetupError

POLICY = Path("/usr/sbin/policy-rc.d")


def install_packages(missing: Callable[[], list[str]]) -> None:
    """Install what ``missing`` names, as root; asks it again afterwards.

    Raises:
        SetupError: there is no apt, or something is missing still; the message has the command to run by hand.
    """
    packages = missing()
    if not packages:
        return
    install = f"apt-get update -qq && apt-get install -qq -y --no-install-recommends {' '.join(packages)}"
    if shutil.which("apt-get") is None:
        raise SetupError(f"missing: {' '.join(packages)} (Debian's names): install them, on Debian with: {install}")
    print(f"installing packages: {' '.join(packages)}", flush=True)
    with _no_services():
        done = subprocess.run(
            ["sh", "-c", install],
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode or missing():
        raise SetupError(f"packages are missing. Run: {install}\n{done.stderr.strip()}")


@contextmanager
def _no_services() -> Iterator[None]:
    """Debian's containerd would start as a service of the machine, and nobody needs that one."""
    if POLICY.exists():
        yield
        return
    POLICY.write_text("#!/bin/sh\nexit 101\n")
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        POLICY.unlink()

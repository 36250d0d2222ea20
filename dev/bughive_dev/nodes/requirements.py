"""What nodes need of the machine: Linux, root, and a few of Debian's packages."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bughive_dev.errors import SetupError

CNI = Path("/usr/lib/cni")
PACKAGES = {
    "containerd": "containerd",
    "ctr": "containerd",
    "runc": "runc",
    "iptables": "iptables",
    "ip": "iproute2",
    "nsenter": "util-linux",
    "mount": "mount",
}
SBIN = "/usr/sbin:/sbin"
POLICY = Path("/usr/sbin/policy-rc.d")


def meet_requirements() -> None:
    """Make sure that nodes can be started; installs packages where there is apt.

    Raises:
        SetupError: something is missing, and the message says what to do.
    """
    if sys.platform != "linux" or os.geteuid():
        raise SetupError("nodes need Linux and root: use sudo, or leave NODES out, or `make kind-up` with Docker")
    if SBIN not in os.environ["PATH"]:
        os.environ["PATH"] += f":{SBIN}"
    packages = missing_packages()
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
    if done.returncode or missing_packages():
        raise SetupError(f"packages are missing. Run: {install}\n{done.stderr.strip()}")


def missing_packages() -> list[str]:
    """The packages to install, by Debian's names."""
    missing = {package for command, package in PACKAGES.items() if shutil.which(command) is None}
    if not (CNI / "ptp").exists():
        missing.add("containernetworking-plugins")
    return sorted(missing)


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

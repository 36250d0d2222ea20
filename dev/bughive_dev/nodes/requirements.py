"""What nodes need of the machine: Linux, root, and a few of Debian's packages."""

import os
import shutil
import sys
from pathlib import Path

from bughive_dev.errors import SetupError
from bughive_dev.packages import install_packages

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


def meet_requirements() -> None:
    """Make sure that nodes can be started; installs packages where there is apt.

    Raises:
        SetupError: something is missing, and the message says what to do.
    """
    if sys.platform != "linux" or os.geteuid():
        raise SetupError("nodes need Linux and root: use sudo, or leave NODES out, or `make kind-up` with Docker")
    if SBIN not in os.environ["PATH"]:
        os.environ["PATH"] += f":{SBIN}"
    install_packages(missing_packages)


def missing_packages() -> list[str]:
    """The packages to install, by Debian's names."""
    missing = {package for command, package in PACKAGES.items() if shutil.which(command) is None}
    if not (CNI / "ptp").exists():
        missing.add("containernetworking-plugins")
    return sorted(missing)

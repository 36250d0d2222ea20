"""Process 1 of a node, in namespaces of its own: `python -m bughive_dev.nodes.init HOME NAME`.

It arranges the node's mounts, then waits for orphans. With it the whole node ends: the kernel kills every process of
the pid namespace, and the mounts go with the mount namespace. What nodes write under /var/lib, /var/log and /run never
reaches the machine's own. Standard library only, like the supervisor.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

from bughive_dev.nodes.cgroups import make_cgroups

READY = "ready"
HIDDEN = {"lib": "/var/lib", "log": "/var/log"}
PAUSE_SECONDS = 0.5


def main(home: Path, name: str) -> None:
    """Prepare the node and say so by the file `ready`; never returns."""
    make_cgroups(name)
    _mount("--make-rprivate", "/")
    _mount("-t", "tmpfs", "-o", "mode=755", "tmpfs", "/run")
    for directory, place in HIDDEN.items():
        _mount("--bind", str(home / directory), place)
    _mount("--make-rshared", "/")  # after rprivate a peer group of its own: nothing reaches the machine
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    Path("/proc/sys/net/ipv4/ip_forward").write_text("1")
    (home / READY).touch()
    while True:
        try:
            os.wait()
        except ChildProcessError:
            time.sleep(PAUSE_SECONDS)


def _mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])

"""A real Kubernetes API on loopback: etcd, API server, controllers and scheduler, as an ordinary user."""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bughive_dev.control_plane import ControlPlane, Ports
from bughive_dev.errors import SetupError
from bughive_dev.health import WELL, Health
from bughive_dev.hyperkube import hyperkube
from bughive_dev.ports import free_ports
from bughive_dev.program import Program
from bughive_dev.supervision import Supervision
from bughive_dev.waiting import wait_until

START_SECONDS = 90.0
KUBECTL_SECONDS = 60.0


@dataclass(frozen=True)
class Cluster:
    """A cluster that runs; its files are under `home`."""

    home: Path

    @property
    def kubeconfig(self) -> Path:
        """The administrator's kubeconfig."""
        return self.home / "admin.kubeconfig"

    @property
    def kubectl_path(self) -> Path:
        """A kubectl of the cluster's own version, in a directory with nothing else."""
        return self.home / "bin/kubectl"

    def kubectl(self, *arguments: str, stdin: str | None = None) -> str:
        """Run kubectl as administrator and return what it prints.

        Raises:
            SetupError: kubectl failed; the message is kubectl's own.
        """
        # Discovery is cached by address, and ports come again: never share the cache of another cluster.
        fixed = [f"--kubeconfig={self.kubeconfig}", f"--cache-dir={self.home / 'kubectl-cache'}"]
        command = [str(self.kubectl_path), *fixed, *arguments]
        answer = subprocess.run(
            command, input=stdin, capture_output=True, text=True, timeout=KUBECTL_SECONDS, check=False
        )
        if answer.returncode:
            raise SetupError(f"kubectl {' '.join(arguments)}: {answer.stderr.strip()}")
        return answer.stdout

    def install_crds(self, directory: Path) -> None:
        """Apply every CustomResourceDefinition under `directory` and wait until they are served."""
        if any(directory.glob("*.yaml")):
            self.kubectl("apply", "--server-side", "--force-conflicts", "--filename", str(directory))
            self.kubectl("wait", "--for=condition=Established", "--filename", str(directory))


def start_cluster(supervision: Supervision) -> Cluster:
    """Start a new, empty cluster in the supervision's home, and return when it can be used.

    Raises:
        SetupError: a program ended, or the cluster did not become ready in time.
    """
    if sys.platform != "linux":
        raise SetupError("the local cluster needs Linux: use a virtual machine, or `kind` with Docker")
    plane = ControlPlane(binary=hyperkube(), home=supervision.home, ports=Ports(*free_ports(5)))
    plane.write_files()
    return start_control_plane(supervision, plane)


def start_control_plane(supervision: Supervision, plane: ControlPlane) -> Cluster:
    """Start a control plane whose files are written, and return when it can be used.

    Raises:
        SetupError: a program ended, or the cluster did not become ready in time.
    """
    health = Health(plane.home)

    def well(program: Program) -> bool:
        supervision.check_alive(program.name)
        return health.of(program) == WELL

    # Controllers that find no API server within ten seconds give up: they start when it is well.
    for together in ((plane.etcd(), plane.apiserver()), (plane.controller_manager(), plane.scheduler())):
        for program in together:
            supervision.start(program)
        for program in together:
            wait_until(f"{program.name} is well", partial(well, program), START_SECONDS)
    has_account = partial(health.serves_accounts, plane.apiserver())
    wait_until("the default service account is there", has_account, START_SECONDS)
    cluster = Cluster(plane.home)
    link_kubectl(cluster.kubectl_path, plane.binary)
    return cluster


def link_kubectl(link: Path, binary: Path) -> None:
    """Make `link` the kubectl that is in the binary."""
    link.parent.mkdir(parents=True, exist_ok=True)
    link.unlink(missing_ok=True)
    link.symlink_to(binary)


def discard(directory: Path) -> None:
    """Remove files of a cluster that has ended."""
    if directory.exists():
        shutil.rmtree(directory)

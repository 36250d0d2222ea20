"""One node: its process 1, and containerd, kubelet and kube-proxy inside."""

import sys
from dataclasses import dataclass
from pathlib import Path

from bughive_dev.errors import SetupError
from bughive_dev.kubeconfig import write_kubeconfig
from bughive_dev.nodes.addresses import Address
from bughive_dev.nodes.command import run, succeeds
from bughive_dev.nodes.containerd import cni_config, containerd_config
from bughive_dev.nodes.init import HIDDEN, READY
from bughive_dev.nodes.kubelet import PORT, kube_proxy_config, kubelet_config
from bughive_dev.nodes.volumes import make_volumes
from bughive_dev.pki import Authority
from bughive_dev.process_id import ProcessId
from bughive_dev.program import Program, Record
from bughive_dev.supervision import Supervision
from bughive_dev.waiting import wait_until

START_SECONDS = 60.0
NAMESPACES = ("--mount", "--net", "--pid")


@dataclass(frozen=True)
class Node:
    """One node of the cluster under `home`; its own files are under a directory of its name."""

    address: Address
    home: Path

    @property
    def directory(self) -> Path:
        """The node's files; /var/lib of the node is `lib` in it."""
        return self.home / self.address.name

    def write_files(self, authority: Authority, server: str) -> None:
        """Write certificates, kubeconfig and configurations."""
        for name in (*HIDDEN, "cni"):
            (self.directory / name).mkdir(parents=True)
        make_volumes(self.directory / "lib")
        name = self.address.name
        pair = authority.issue(f"system:node:{name}", group="system:nodes", hosts=(name, self.address.ip))
        pair.write(self.home / name)
        write_kubeconfig(self.home / f"{name}.kubeconfig", server, authority.certificate, pair)
        (self.directory / "containerd.toml").write_text(containerd_config(self.directory))
        (self.directory / "cni/10-ptp.conflist").write_text(cni_config(self.address))
        (self.directory / "kubelet.json").write_text(kubelet_config(self.address, self.home))
        (self.directory / "kube-proxy.json").write_text(kube_proxy_config(self.address, self.home))

    def start_namespaces(self, supervision: Supervision) -> None:
        """Start process 1, and return when the node has its mounts."""
        init = [sys.executable, "-m", "bughive_dev.nodes.init", str(self.directory), self.address.name]
        unshare = ["unshare", "--net", "--mount", "--mount-proc", "--pid", "--fork", "--kill-child"]
        supervision.start(Program(name=self.address.name, argv=[*unshare, *init], port=0))

        def ready() -> bool:
            supervision.check_alive(self.address.name)
            return (self.directory / READY).exists()

        wait_until(f"{self.address.name} has its namespaces", ready, START_SECONDS)

    def start_containerd(self, supervision: Supervision) -> None:
        """Start containerd."""
        config = str(self.directory / "containerd.toml")
        supervision.start(self._inside("containerd", ["containerd", "--config", config]))

    def wait_for_containerd(self, supervision: Supervision) -> None:
        """Return when containerd answers."""

        def ready() -> bool:
            supervision.check_alive(f"{self.address.name}.containerd")
            return succeeds(*self.enter("ctr", "version"))

        wait_until(f"containerd of {self.address.name} answers", ready, START_SECONDS)

    def start_kubernetes(self, supervision: Supervision, binary: Path) -> None:
        """Start kubelet and kube-proxy; the API server is there already."""
        kubelet = {
            "kubeconfig": self.home / f"{self.address.name}.kubeconfig",
            "config": self.directory / "kubelet.json",
            "hostname-override": self.address.name,
            "node-ip": self.address.ip,
        }
        flags = [f"--{name}={value}" for name, value in kubelet.items()]
        supervision.start(self._inside("kubelet", [str(binary), "kubelet", *flags], PORT))
        config = self.directory / "kube-proxy.json"
        supervision.start(self._inside("kube-proxy", [str(binary), "kube-proxy", f"--config={config}"]))

    def load(self, archive: Path) -> None:
        """Import the images of a docker archive into the node's containerd."""
        run(*self.enter("ctr", "--namespace", "k8s.io", "images", "import", str(archive.resolve())))

    @property
    def init(self) -> ProcessId | None:
        """Process 1 of the node, as this machine sees it; None if the node does not run."""
        record = Record.read(self.home)
        unshare = record.program(self.address.name) if record else None
        if unshare is None or not unshare.process.alive:
            return None
        pid = unshare.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return ProcessId.of(int(children[0])) if children else None

    @property
    def pid(self) -> int:
        """The pid of process 1.

        Raises:
            SetupError: the node does not run.
        """
        init = self.init
        if init is None:
            raise SetupError(f"{self.address.name} does not run: see {self.home / self.address.name}.log")
        return init.pid

    def enter(self, *command: str) -> list[str]:
        """The command line that runs a command in the node's namespaces."""
        return ["nsenter", "--target", str(self.pid), *NAMESPACES, "--", *command]

    def _inside(self, name: str, argv: list[str], port: int = 0) -> Program:
        return Program(name=f"{self.address.name}.{name}", argv=self.enter(*argv), port=port, host=self.address.ip)

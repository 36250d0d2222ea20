"""The four programs of a control plane: their files, their ports, their flags."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from bughive_dev.kubeconfig import write_kubeconfig
from bughive_dev.pki import Authority, signing_keys
from bughive_dev.private_file import write_private
from bughive_dev.program import LOOPBACK, Program

SERVICE_RANGE = "10.96.0.0/16"
ISSUER = "https://kubernetes.default.svc.cluster.local"


@dataclass(frozen=True)
class Ports:
    """The port of each program, and the one that etcd wants for the peers it has not."""

    etcd: int
    etcd_peer: int
    apiserver: int
    controller_manager: int
    scheduler: int


@dataclass(frozen=True)
class ControlPlane:
    """One control plane whose files are under `home`.

    Only its API server listens at `address`. `flags` come to those of a program, or replace them.
    """

    binary: Path
    home: Path
    ports: Ports
    address: str = LOOPBACK
    flags: Mapping[str, Mapping[str, object]] = field(default_factory=dict)

    @property
    def server(self) -> str:
        """The address of the API server."""
        return f"https://{self.address}:{self.ports.apiserver}"

    def write_files(self) -> Authority:
        """Write certificates, keys and kubeconfigs: `admin.kubeconfig` is the one for people.

        Returns the authority, which issues certificates for others.
        """
        self.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        authority = Authority.create("bughive-dev")
        write_private(self._path("ca.crt"), authority.certificate)
        names = ("localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc")
        hosts = (*dict.fromkeys((LOOPBACK, self.address)), *names, "10.96.0.1")
        authority.issue("bughive-dev-server", hosts=hosts).write(self._path("server"))
        users = {
            "admin": authority.issue("bughive-dev-admin", group="system:masters"),
            "controller-manager": authority.issue("system:kube-controller-manager"),
            "scheduler": authority.issue("system:kube-scheduler"),
        }
        for name, user in users.items():
            write_kubeconfig(self._path(f"{name}.kubeconfig"), self.server, authority.certificate, user)
        users["admin"].write(self._path("admin"))
        private, public = signing_keys()
        write_private(self._path("service-accounts.key"), private)
        write_private(self._path("service-accounts.pub"), public)
        return authority

    def etcd(self) -> Program:
        """The store. It is as private as the API: loopback belongs to all users of a machine."""
        client, peer = f"https://{LOOPBACK}:{self.ports.etcd}", f"https://{LOOPBACK}:{self.ports.etcd_peer}"
        flags = {
            "data-dir": self.home / "etcd",
            "listen-client-urls": client,
            "advertise-client-urls": client,
            "listen-peer-urls": peer,
            "initial-advertise-peer-urls": peer,
            "initial-cluster": f"default={peer}",
            "cert-file": self._path("server.crt"),
            "key-file": self._path("server.key"),
            "trusted-ca-file": self._path("ca.crt"),
            "client-cert-auth": "true",
            "peer-cert-file": self._path("server.crt"),
            "peer-key-file": self._path("server.key"),
            "peer-trusted-ca-file": self._path("ca.crt"),
            "peer-client-cert-auth": "true",
            "unsafe-no-fsync": "true",  # a cluster that ends with the machine need not survive it
            "log-level": "warn",
        }
        return self._program("etcd", self.ports.etcd, flags)

    def apiserver(self) -> Program:
        """The API. Its limits on requests in flight are raised: tests and benchmarks come in bursts."""
        flags = {
            "etcd-servers": f"https://{LOOPBACK}:{self.ports.etcd}",
            "etcd-cafile": self._path("ca.crt"),
            "etcd-certfile": self._path("admin.crt"),
            "etcd-keyfile": self._path("admin.key"),
            "bind-address": self.address,
            "secure-port": self.ports.apiserver,
            "advertise-address": self.address,
            "endpoint-reconciler-type": "none",  # loopback cannot be the endpoint of the Service `kubernetes`
            "service-cluster-ip-range": SERVICE_RANGE,
            "authorization-mode": "RBAC",
            "client-ca-file": self._path("ca.crt"),
            "tls-cert-file": self._path("server.crt"),
            "tls-private-key-file": self._path("server.key"),
            "service-account-issuer": ISSUER,
            "service-account-key-file": self._path("service-accounts.pub"),
            "service-account-signing-key-file": self._path("service-accounts.key"),
            "max-requests-inflight": 3000,
            "max-mutating-requests-inflight": 1500,
            "profiling": "false",
        }
        return replace(self._program("kube-apiserver", self.ports.apiserver, flags), host=self.address)

    def controller_manager(self) -> Program:
        """The controllers; what BugHive needs of them is garbage collection and the end of namespaces."""
        flags = {
            "kubeconfig": self._path("controller-manager.kubeconfig"),
            "service-account-private-key-file": self._path("service-accounts.key"),
            "root-ca-file": self._path("ca.crt"),
            "use-service-account-credentials": "true",
            "kube-api-qps": 200,
            "kube-api-burst": 300,
        }
        name, port = "kube-controller-manager", self.ports.controller_manager
        return self._program(name, port, flags | self._alone_on_loopback(port))

    def scheduler(self) -> Program:
        """The scheduler."""
        flags = {"kubeconfig": self._path("scheduler.kubeconfig")}
        return self._program(
            "kube-scheduler", self.ports.scheduler, flags | self._alone_on_loopback(self.ports.scheduler)
        )

    def _alone_on_loopback(self, port: int) -> dict[str, object]:
        return {
            "leader-elect": "false",
            "bind-address": LOOPBACK,
            "secure-port": port,
            "tls-cert-file": self._path("server.crt"),
            "tls-private-key-file": self._path("server.key"),
            "profiling": "false",
        }

    def _path(self, name: str) -> Path:
        return self.home / name

    def _program(self, name: str, port: int, flags: dict[str, object]) -> Program:
        # SIGKILL is how these stop: nothing they hold is wanted again, and kube-apiserver's own way takes 12 s.
        given = flags | dict(self.flags.get(name, {}))
        return Program(
            name=name, argv=[str(self.binary), name, *(f"--{key}={value}" for key, value in given.items())], port=port
        )

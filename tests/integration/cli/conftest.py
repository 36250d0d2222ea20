"""A cluster in which a session has ended, and an operator's reports behind a Service of another namespace."""

import asyncio
import json
import os
import socket
import subprocess
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
from fixtures.commands import BUGHIVE
from fixtures.parts import missing

from bughive_dev.cluster import Cluster
from bughive_dev.ports import free_ports
from bughive_operator.report_server import serving_reports
from bughive_protocol.artifact_names import CONTENT_TYPES
from bughive_protocol.artifact_settings import ArtifactSettings
from bughive_protocol.artifact_store import ArtifactStore

API = "bughive.dev/v1alpha1"
SERVICE = "bughive-operator"
PORT = "reports"


def own_address() -> str:
    """An address of this machine that the API server's proxy agrees to: it refuses loopback."""
    found = [each.address for addresses in psutil.net_if_addrs().values() for each in addresses if _fits(each)]
    return found[0] if found else missing("this machine has only loopback, which the API server's proxy refuses")


def _fits(each: Any) -> bool:
    return each.family == socket.AF_INET and not each.address.startswith(("127.", "169.254."))


class Reports:
    """The operator's report server, in a thread."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.address, self.port = own_address(), free_ports(1)[0]
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._up = threading.Event()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._serve(),))

    async def _serve(self) -> None:
        settings = ArtifactSettings.model_construct(artifact_url=self.folder.as_uri())
        async with serving_reports(settings, f"http://{self.address}:{self.port}/reports"):
            self._up.set()
            await self._stop.wait()

    def start(self) -> None:
        self._thread.start()
        assert self._up.wait(10)

    def stop(self) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(10)
            self._loop.close()

    def write(self, key: str, data: bytes) -> None:
        asyncio.run(ArtifactStore.at(self.folder).put(key, data, ""))


@dataclass
class User:
    """Somebody at a terminal with kubectl and bughive."""

    cluster: Cluster
    namespace: str
    home: Path
    kubeconfig: Path

    def bughive(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        """Run ``bughive report`` for the namespace."""
        environment = {**os.environ, "KUBECONFIG": str(self.kubeconfig)}
        command = [BUGHIVE, "report", *arguments, "-n", self.namespace]
        return subprocess.run(command, cwd=self.home, env=environment, capture_output=True, timeout=60, check=False)

    def refusal(self, *arguments: str) -> str:
        """What it says when it fails."""
        done = self.bughive(*arguments)
        assert done.returncode == 2, done
        assert b"Traceback" not in done.stderr
        return done.stderr.decode()

    def apply(self, *resources: dict[str, Any], namespace: str = "") -> None:
        """As administrator."""
        text = json.dumps({"apiVersion": "v1", "kind": "List", "items": list(resources)})
        self.cluster.kubectl("-n", namespace or self.namespace, "apply", "--server-side", "-f", "-", stdin=text)

    def session(self, name: str = "shop", **status: Any) -> str:
        """Make a session with a status; returns its uid."""
        spec = {"url": "https://shop.example/"}
        self.apply({"apiVersion": API, "kind": "CrawlSession", "metadata": {"name": name}, "spec": spec})
        patch = json.dumps({"status": status})
        where = ("-n", self.namespace, "crawlsession", name)
        self.cluster.kubectl("patch", *where, "--subresource=status", "--type=merge", "-p", patch)
        return self.cluster.kubectl("get", *where, "-o", "jsonpath={.metadata.uid}")

    def report(
        self,
        uid: str,
        annotation: str,
        url: str,
        name: str = "shop",
        written: Iterable[str] = CONTENT_TYPES,
        **more: Any,
    ) -> None:
        """Make a CrawlReport as the operator does."""
        files = [{"name": file, "url": f"{url}/{self.namespace}/{uid}/{file}"} for file in written]
        owner = {"apiVersion": API, "kind": "CrawlSession", "name": name, "uid": uid}
        annotations = {"bughive.dev/reports-service": annotation} if annotation else {}
        self.apply(
            {
                "apiVersion": API,
                "kind": "CrawlReport",
                "metadata": {"name": name, "ownerReferences": [owner], "annotations": annotations},
                "report": {"session": name, "url": "https://shop.example/", "artifacts": files, **more},
            }
        )

    def restricted(self, *rules: tuple[str, dict[str, Any]]) -> "User":
        """Somebody with these rights only, each in its namespace."""
        kubectl = self.cluster.kubectl
        self.apply({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "reader"}})
        rbac = "rbac.authorization.k8s.io"
        for number, (namespace, rule) in enumerate(rules):
            name = f"reader-{number}"
            subject = {"kind": "ServiceAccount", "name": "reader", "namespace": self.namespace}
            role = {"apiGroup": rbac, "kind": "Role", "name": name}
            self.apply(
                {"apiVersion": f"{rbac}/v1", "kind": "Role", "metadata": {"name": name}, "rules": [rule]},
                {
                    "apiVersion": f"{rbac}/v1",
                    "kind": "RoleBinding",
                    "metadata": {"name": name},
                    "subjects": [subject],
                    "roleRef": role,
                },
                namespace=namespace,
            )
        token = kubectl("-n", self.namespace, "create", "token", "reader").strip()
        config = json.loads(kubectl("config", "view", "--raw", "-o", "json"))
        config["users"] = [{"name": config["users"][0]["name"], "user": {"token": token}}]
        file = self.home / f"reader-{len(rules)}.kubeconfig"
        file.write_text(json.dumps(config))
        return User(self.cluster, self.namespace, self.home, file)


@pytest.fixture
def user(cluster, namespace, tmp_path) -> User:
    return User(cluster, namespace, tmp_path, cluster.kubeconfig)


@pytest.fixture
def reports(tmp_path) -> Iterator[Reports]:
    reports = Reports(tmp_path / "store")
    reports.start()
    yield reports
    reports.stop()


@pytest.fixture
def release(cluster, user, reports) -> Iterator[str]:
    """A namespace with a Service in front of the reports; what CrawlReports say of it."""
    name = f"{user.namespace}-release"
    cluster.kubectl("create", "namespace", name)
    port = {"name": PORT, "port": 8082}
    metadata = {"name": SERVICE}
    pod = {"containers": [{"name": "operator", "image": "none"}], "automountServiceAccountToken": False}
    target = {"kind": "Pod", "namespace": name, "name": SERVICE}
    subset = {
        "addresses": [{"ip": reports.address, "targetRef": target}],
        "ports": [{"name": PORT, "port": reports.port}],
    }
    user.apply({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default"}}, namespace=name)
    user.apply(
        {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": {"ports": [port]}},
        {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": pod},
        {"apiVersion": "v1", "kind": "Endpoints", "metadata": metadata, "subsets": [subset]},
        namespace=name,
    )
    # The proxy goes to addresses of pods only; with no kubelet here, nobody else says what this one's is.
    addresses = json.dumps({"status": {"podIP": reports.address, "podIPs": [{"ip": reports.address}]}})
    cluster.kubectl("-n", name, "patch", "pod", SERVICE, "--subresource=status", "--type=merge", "-p", addresses)
    yield f"{name}/{SERVICE}:{PORT}"
    cluster.kubectl("delete", "namespace", name, "--wait=false")

"""BugHive installed by Helm on a real cluster, and what its users and administrators do there.

By default a cluster of two nodes is made on this machine, and the images of ``make images`` are loaded into it.
With ``E2E_KUBECONFIG`` the tests use that cluster instead: the images have to be there (``make kind-up``).
"""

import base64
import io
import json
import os
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from fixtures.parts import missing

from bughive_dev.checkout import ROOT
from bughive_dev.helm import helm
from bughive_dev.hyperkube import hyperkube
from bughive_dev.images import OUTPUT, image_name
from bughive_dev.nodes.cluster import node_cluster
from bughive_worker.report.document import ReportDocument

CHART = ROOT / "charts/bughive"
VALUES = Path(__file__).with_name("values.yaml")
NAMESPACE = "bughive"
IMAGES = ("operator", "worker", "redis", "artifacts")


class Kube:
    """kubectl and helm on one cluster."""

    def __init__(self, kubeconfig: Path, home: Path) -> None:
        self.home = home
        self.env = {"KUBECONFIG": str(kubeconfig), "HOME": str(home), "PATH": os.environ["PATH"]}
        self._kubectl = home / "kubectl"
        self._kubectl.symlink_to(hyperkube())
        self._helm = helm()

    def run(self, command: list[str], stdin: str | None = None, seconds: float = 300) -> str:
        done = subprocess.run(
            command, env=self.env, input=stdin, capture_output=True, text=True, timeout=seconds, check=False
        )
        if done.returncode:
            raise AssertionError(f"{' '.join(command)}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
        return done.stdout

    def kubectl(self, *arguments: str, stdin: str | None = None) -> str:
        return self.run([str(self._kubectl), *arguments], stdin)

    def helm(self, *arguments: str) -> str:
        return self.run([str(self._helm), *arguments, "--namespace", NAMESPACE])

    def get(self, *arguments: str) -> Any:
        return json.loads(self.kubectl("get", *arguments, "-o", "json"))

    def apply(self, *objects: dict[str, Any]) -> None:
        self.kubectl("apply", "-f", "-", stdin=json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}))


class Release:
    """The installed BugHive."""

    def __init__(self, kube: Kube, shop: str) -> None:
        self.kube = kube
        self._shop = shop

    def upgrade(self, *options: str) -> str:
        fixed = (str(CHART), "--values", str(VALUES), "--wait", "--timeout=180s")
        return self.kube.helm("upgrade", "--install", "bughive", *fixed, *options)

    def crawl(self, name: str, **spec: Any) -> None:
        """Apply a session of the shop."""
        given = {
            "url": self._shop,
            "scope": {"maxPages": 40},
            "browser": {"requestsPerSecond": 20},
            "backoffLimit": 10,
            **spec,
        }
        self.kube.apply(
            {"apiVersion": "bughive.dev/v1alpha1", "kind": "CrawlSession", "metadata": {"name": name}, "spec": given}
        )

    def change(self, name: str, **spec: Any) -> None:
        self.kube.kubectl("patch", "crawlsession", name, "--type=merge", "-p", json.dumps({"spec": spec}))

    def status(self, name: str) -> dict[str, Any]:
        return self.kube.get("crawlsession", name).get("status", {})

    def reaches(self, name: str, phase: str, seconds: float = 150) -> dict[str, Any]:
        """Wait until the session has this phase."""

        def there() -> bool:
            status = self.status(name)
            assert status.get("phase") == phase or status.get("phase") not in ("Completed", "Failed", "Cancelled"), (
                status
            )
            return status.get("phase") == phase

        wait_for(f"{name} is {phase}", there, seconds, lambda: self.status(name))
        return self.status(name)

    def crawled(self, name: str, pages: int, seconds: float = 90) -> None:
        """Wait until the session has crawled so many pages and goes on."""
        wait_for(
            f"{name} has crawled {pages} pages",
            lambda: self.status(name).get("progress", {}).get("pagesCrawled", 0) >= pages,
            seconds,
            lambda: self.status(name),
        )

    def report(self, name: str) -> ReportDocument:
        """The report as its user fetches it."""
        program = Path(sys.executable).with_name("bughive")
        return ReportDocument.model_validate_json(
            self.kube.run([str(program), "report", name, "-n", "default", "--out", "-"])
        )

    def whole(self, name: str) -> ReportDocument:
        """The report of a completed session, in which no page is missing and none comes twice."""
        status, report = self.status(name), self.report(name)
        pages = [page.url for page in report.crawled]
        assert len(pages) == len(set(pages)) == status["progress"]["pagesCrawled"] == report.pages.crawled
        assert (
            len({finding.fingerprint for finding in report.findings}) == len(report.findings) == status["bugs"]["total"]
        )
        return report

    def pods(self, component: str) -> list[dict[str, Any]]:
        """The pods of one component that are not on their way out."""
        selector = f"app.kubernetes.io/component={component}"
        found = self.kube.get("pods", "-n", NAMESPACE, "-l", selector)["items"]
        return [pod for pod in found if "deletionTimestamp" not in pod["metadata"]]

    def names(self, component: str) -> list[str]:
        return [pod["metadata"]["name"] for pod in self.pods(component)]

    def python(self, component: str, code: str) -> str:
        """Run Python in the first pod of a component."""
        return self.kube.kubectl("exec", "-n", NAMESPACE, self.names(component)[0], "--", "python", "-c", code)

    def delete(self, *names: str) -> None:
        self.kube.kubectl("delete", "crawlsession", *names, "--ignore-not-found")


def wait_for(what: str, ready: Callable[[], bool], seconds: float, tell: Callable[[], Any] = lambda: "") -> None:
    deadline = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < deadline, f"waited {seconds} s in vain: {what}; {tell()}"
        time.sleep(0.5)


@pytest.fixture(name="wait_for", scope="session")
def wait_for_fixture() -> Callable[..., None]:
    return wait_for


@contextmanager
def _kubeconfig(home: Path) -> Iterator[Path]:
    given = os.environ.get("E2E_KUBECONFIG")
    if given:
        yield Path(given).resolve()
        return
    archives = [OUTPUT / f"{name}.tar" for name in IMAGES]
    if os.geteuid() or not all(archive.exists() for archive in archives):
        missing("a cluster with nodes needs root and the images: run `make images` as root, or set E2E_KUBECONFIG")
    with node_cluster(home / "cluster", nodes=2) as cluster:
        cluster.load(*archives)
        yield cluster.kubeconfig


@pytest.fixture(scope="session")
def kube(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kube]:
    home = tmp_path_factory.mktemp("e2e")
    with _kubeconfig(home) as kubeconfig:
        yield Kube(kubeconfig, home)


SHOP = """
import runpy, sys, tarfile
tarfile.open("/site/site.tgz").extractall("/tmp")
sys.argv[1:] = ["--host", "0.0.0.0", "--port", "8000"]
runpy.run_path("/tmp/tests/sites/shop", run_name="__main__")
"""


@pytest.fixture(scope="session")
def shop(kube: Kube) -> str:
    """The URL of the demo shop: its files travel in a ConfigMap, the Python it needs is in the worker's image."""
    labels, meta = {"app": "shop"}, {"name": "shop", "namespace": "shop"}
    container = {
        "name": "shop",
        "image": image_name("worker"),
        "imagePullPolicy": "Never",
        "args": ["python", "-c", SHOP],
        "ports": [{"containerPort": 8000}],
        "readinessProbe": {"httpGet": {"path": "/", "port": 8000}, "periodSeconds": 2},
        "resources": {"requests": {"cpu": "50m", "memory": "64Mi"}},
        "volumeMounts": [{"name": "site", "mountPath": "/site"}],
    }
    pod = {"containers": [container], "volumes": [{"name": "site", "configMap": {"name": "shop"}}]}
    spec = {
        "replicas": 1,
        "selector": {"matchLabels": labels},
        "template": {"metadata": {"labels": labels}, "spec": pod},
    }
    service = {"selector": labels, "ports": [{"port": 8000}]}
    kube.apply(
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}},
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "binaryData": {"site.tgz": _site()}},
        {"apiVersion": "v1", "kind": "Service", "metadata": meta, "spec": service},
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": meta, "spec": spec},
    )
    kube.kubectl("rollout", "status", "-n", "shop", "deployment/shop", "--timeout=90s")
    return "http://shop.shop.svc:8000/"


def _site() -> str:
    packed = io.BytesIO()
    sites = ROOT / "tests/sites"
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for path in (*sorted(sites.glob("*.py")), sites / "shop"):
            archive.add(path, f"tests/sites/{path.name}", filter=_source)
    return base64.b64encode(packed.getvalue()).decode()


def _source(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    return None if "__pycache__" in entry.name else entry


@pytest.fixture(scope="session")
def release(kube: Kube, shop: str) -> Release:
    """BugHive as `helm install --wait` leaves it, in a namespace that takes `restricted` pods only."""
    kube.apply(
        {
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {"name": NAMESPACE, "labels": {"pod-security.kubernetes.io/enforce": "restricted"}},
        }
    )
    release = Release(kube, shop)
    release.upgrade()
    return release


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A cluster, and what runs on it, takes longer than what other tests wait for."""
    for item in items:
        item.add_marker(pytest.mark.timeout(900))

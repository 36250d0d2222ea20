"""The installed BugHive, and what its users do with it."""

import json
import sys
from pathlib import Path
from typing import Any

from bughive_dev.checkout import ROOT
from bughive_dev.waiting import wait_until
from bughive_worker.report.document import ReportDocument

from .kube import NAMESPACE, Kube

CHART = ROOT / "charts/bughive"
VALUES = Path(__file__).with_name("values.yaml")


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

        wait_until(f"{name} is {phase}", there, seconds, lambda: self.status(name))
        return self.status(name)

    def crawled(self, name: str, pages: int, seconds: float = 90) -> None:
        """Wait until the session has crawled so many pages and goes on."""
        wait_until(
            f"{name} has crawled {pages} pages",
            lambda: self.status(name).get("progress", {}).get("pagesCrawled", 0) >= pages,
            seconds,
            lambda: self.status(name),
        )

    def worker(self, name: str) -> str:
        """The pod that crawls the session."""
        return self.status(name)["worker"].partition("/")[0]

    def leader(self) -> str:
        """The pod of the operator that leads."""
        lease = self.kube.get("lease", "-n", NAMESPACE, "bughive-operator")
        return lease["spec"]["holderIdentity"].partition("_")[0]

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

"""CrawlSessions of the local cluster as the demo reads them."""

from typing import Any, cast

from kubernetes import client, config

from bughive_crds import GROUP, VERSION
from bughive_crds.crawl_report import CrawlReportContent
from bughive_crds.crawl_session import CrawlSessionStatus
from bughive_dev.cluster import Cluster


class Sessions:
    """Reads one namespace's sessions and reports by name."""

    def __init__(self, cluster: Cluster, namespace: str = "default") -> None:
        self._namespace = namespace
        connection = config.new_client_from_config(str(cluster.kubeconfig))  # type: ignore[no-untyped-call]
        self._api = client.CustomObjectsApi(connection)

    def status(self, name: str) -> CrawlSessionStatus:
        """A session's status; empty before the operator has seen it."""
        return CrawlSessionStatus.model_validate(self._get("crawlsessions", name).get("status", {}))

    def uid(self, name: str) -> str:
        """By which a session's report is kept."""
        return str(self._get("crawlsessions", name)["metadata"]["uid"])

    def report(self, name: str) -> CrawlReportContent:
        """The result in short."""
        return CrawlReportContent.model_validate(self._get("crawlreports", name)["report"])

    def _get(self, plural: str, name: str) -> dict[str, Any]:
        found = self._api.get_namespaced_custom_object(GROUP, VERSION, self._namespace, plural, name)
        return cast("dict[str, Any]", found)

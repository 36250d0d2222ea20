"""Every status that a session was seen to have, from a watch that no fault touches."""

import threading
from collections import defaultdict
from itertools import pairwise
from typing import Any

import urllib3
from kubernetes import client, config, watch
from kubernetes.client.exceptions import ApiException

from bughive_crds import GROUP, VERSION

TERMINAL = {"Completed", "Failed", "Cancelled"}
WATCH_SECONDS = 300


class History:
    """Watches all namespaces until it is closed."""

    def __init__(self, kubeconfig: str) -> None:
        self._api = client.CustomObjectsApi(config.new_client_from_config(kubeconfig))
        self._seen: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self._over = False
        threading.Thread(target=self._run, name="history", daemon=True).start()

    def close(self) -> None:
        self._over = True

    def check(self, namespace: str) -> None:
        """What was reached stays: no phase follows a terminal one, no attempt and no page count falls."""
        for seen in list(self._seen.values()):
            if seen[0]["namespace"] != namespace:
                continue
            for before, after in pairwise(seen):
                told = f"{before} became {after}"
                assert after["attempt"] >= before["attempt"], told
                if before["phase"] in TERMINAL:
                    for field in ("phase", "outcome", "completedAt", "attempt"):
                        assert after[field] == before[field], told

    def _run(self) -> None:
        while not self._over:
            try:
                call = self._api.list_cluster_custom_object
                for event in watch.Watch().stream(call, GROUP, VERSION, "crawlsessions", timeout_seconds=WATCH_SECONDS):
                    self._take(event["object"])
            except (ApiException, urllib3.exceptions.HTTPError):
                continue

    def _take(self, body: dict[str, Any]) -> None:
        if body.get("kind") != "CrawlSession":
            return
        status = body.get("status", {})
        told = {name: status.get(name) for name in ("phase", "outcome", "completedAt")}
        told |= {"attempt": status.get("attempt", 0), "namespace": body["metadata"]["namespace"]}
        seen = self._seen[body["metadata"]["uid"]]
        if not seen or seen[-1] != told:
            seen.append(told)

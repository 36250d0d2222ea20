"""When each session's status showed what, as one watch over the whole cluster saw it."""

import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from kubernetes import client as kubernetes
from kubernetes import watch
from kubernetes.client import ApiException
from urllib3.exceptions import HTTPError

from bughive_crds import GROUP, VERSION
from bughive_crds.crawl_session import Phase

FINAL = {phase for phase in Phase if phase.terminal}


@dataclass
class Shown:
    """One session, as its watcher saw it. Unix seconds."""

    pages: dict[int, float] = field(default_factory=dict)
    """How many pages were shown as crawled, and when for the first time."""
    finished: float | None = None


class StatusWatch:
    """Watches every CrawlSession from ``start`` to ``stop``."""

    def __init__(self, client: kubernetes.ApiClient) -> None:
        self._api = kubernetes.CustomObjectsApi(client)
        self._watch = watch.Watch()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.sessions: defaultdict[str, Shown] = defaultdict(Shown)
        self.finished = 0
        self._stopped = False

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped = True
        self._watch.stop()

    def _run(self) -> None:
        while not self._stopped:
            try:
                for event in self._watch.stream(self._api.list_cluster_custom_object, GROUP, VERSION, "crawlsessions"):
                    self._see(event["object"], time.time())
            except (HTTPError, ApiException):  # the server closes the watch of one that reads too slowly
                continue

    def _see(self, body: dict[str, Any], now: float) -> None:
        status = body.get("status", {})
        shown = self.sessions[body["metadata"]["uid"]]
        pages = status.get("progress", {}).get("pagesCrawled", 0)
        if pages:
            shown.pages.setdefault(pages, now)
        if status.get("phase") in FINAL and shown.finished is None:
            shown.finished = now
            self.finished += 1

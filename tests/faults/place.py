"""A user's place: one namespace with sessions, what is known of each, and what must hold of it at its end."""

import json
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import psutil
from kubernetes import client, config
from kubernetes.client.exceptions import ApiException

from bughive_crds import GROUP, VERSION
from bughive_crds.crawl_session import CrawlSessionStatus, Phase
from bughive_dev.supervision import log_tail
from bughive_protocol.messages import RUN_CRAWL_SESSION, crawl_task_id

from .installation import OPERATORS, WORKERS, Installation

SITE = "http://script.test"
PAGES = 60
EVERYWHERE = "everywhere"
"""The bug that each page of a scripted session has."""
END_SECONDS = 120.0


class Session:
    """One CrawlSession of a scripted site."""

    def __init__(self, place: "Place", name: str, uid: str, pages: int) -> None:
        self.place = place
        self.name = name
        self.uid = uid
        self.pages = pages
        self._installation = place.installation
        self.keys = place.installation.keys.session(uid)

    @property
    def status(self) -> CrawlSessionStatus:
        return CrawlSessionStatus.model_validate(self.place.get("crawlsessions", self.name).get("status", {}))

    @property
    def recorded(self) -> int:
        return int(self._installation.redis.hlen(self.keys.results))

    @property
    def leased(self) -> bool:
        return self._installation.redis.zscore(self._installation.keys.leases, f"{self.uid}/0") is not None

    @property
    def stored(self) -> bool:
        return bool(self._installation.redis.exists(*self.keys.all()))

    @property
    def verdict(self) -> dict[str, Any] | None:
        stored = self._installation.redis.get(self.keys.verdict)
        return json.loads(stored) if stored else None

    def holder(self) -> psutil.Process:
        """The process that has the session. Raises LookupError if none has."""
        worker = self._installation.redis.hget(self.keys.lease, "worker:0")
        if not worker:
            raise LookupError(f"nobody has {self.name}")
        return psutil.Process(int(worker.rpartition("/")[2]))

    def worker(self) -> str:
        """The program that has the session."""
        parents = {parent.pid for parent in self.holder().parents()}
        return next(name for name in WORKERS if self._installation.keeper.pid(name) in parents)

    def change(self, **spec: Any) -> None:
        self.place.patch(self.name, spec)

    def send(self, attempt: int) -> None:
        """One more copy of an attempt's message."""
        task_id = crawl_task_id(self.uid, attempt, 0)
        self._installation.app.send_task(RUN_CRAWL_SESSION, (self.uid, attempt, 0), task_id=task_id)

    def wait(self, what: str, ready: Callable[[], object], seconds: float = END_SECONDS) -> float:
        return self._installation.wait(f"{self.name}: {what}", ready, seconds)

    def under_way(self, pages: int = 6) -> None:
        """Wait until the crawl is well under way."""
        self.wait("the crawl is under way", lambda: self.recorded >= pages)

    def goes_on(self, since: float, seconds: float = END_SECONDS, pages: int | None = None) -> float:
        """Wait until more pages are recorded than at the fault; returns how long after `since` that was."""
        before = self.recorded if pages is None else pages
        self.wait("the crawl goes on", lambda: self.recorded > before, seconds)
        return time.monotonic() - since

    def reaches(self, phase: Phase, seconds: float = END_SECONDS) -> CrawlSessionStatus:
        """Wait for a phase; another end than that fails at once."""

        def there() -> bool:
            status = self.status
            if status.phase is not phase and status.phase is not None and status.phase.terminal:
                raise AssertionError(f"{self.name} is {status.phase}: {status.message}\n{self.place.logs()}")
            return status.phase is phase

        try:
            self.wait(f"is {phase}", there, seconds)
        except Exception as error:
            error.add_note(self._told())
            raise
        return self.status

    def _told(self) -> str:
        return f"{self.status.model_dump(mode='json', exclude_none=True)}\n{self.place.logs()}"

    def ends_whole(
        self, attempt: int | None = 1, failures: int | None = 0, seconds: float = END_SECONDS
    ) -> CrawlSessionStatus:
        """The session completes; every page is recorded once, every bug counted once, in Redis and in the report."""
        status = self.reaches(Phase.COMPLETED, seconds)
        assert attempt is None or status.attempt == attempt, self._told()
        assert failures is None or status.failures == failures, self._told()
        assert status.progress.pages == f"{self.pages}/{self.pages}"
        assert (status.progress.pages_crawled, status.progress.pages_failed) == (self.pages, 0), self._told()
        own = [str(n) for n in range(self.pages) if n % 10 == 0]
        occurrences = {EVERYWHERE: self.pages, **dict.fromkeys(own, 1)}
        stored = self._installation.redis.hgetall(self.keys.occurrences)
        assert {bug: int(count) for bug, count in stored.items()} == occurrences
        assert (self.recorded, status.bugs.total) == (self.pages, len(occurrences))
        report = self.place.get("crawlreports", self.name)
        assert report["metadata"]["ownerReferences"][0]["uid"] == self.uid
        assert {bug["fingerprint"]: bug["occurrences"] for bug in report["report"]["worst"]} == occurrences
        assert report["report"]["pages"]["crawled"] == self.pages
        verdict = self.verdict
        assert verdict is not None
        assert (verdict["outcome"], verdict["cancelled"]) == (status.outcome, False)
        self.wait("nobody has it any more", lambda: not self.leased, 20)
        return status


class Place:
    """One namespace."""

    def __init__(self, installation: Installation, namespace: str) -> None:
        self.installation = installation
        self.namespace = namespace
        connection = config.new_client_from_config(str(installation.cluster.kubeconfig))
        self.objects = client.CustomObjectsApi(connection)

    def apply(self, name: str, act: str = "pages?seconds=0.05", pages: int = PAGES, **spec: Any) -> Session:
        """Create a session that does what ``act`` says."""
        given = {"url": f"{SITE}/{act}", "scope": {"maxPages": pages}, **spec}
        body = {"apiVersion": f"{GROUP}/{VERSION}", "kind": "CrawlSession", "metadata": {"name": name}, "spec": given}
        made = self.objects.create_namespaced_custom_object(GROUP, VERSION, self.namespace, "crawlsessions", body)
        return Session(self, name, made["metadata"]["uid"], pages)

    def begin(self, name: str, **spec: Any) -> Session:
        """Apply a session, and return when its crawl is well under way and far from its end."""
        session = self.apply(name, **spec)
        session.under_way()
        assert session.recorded < session.pages - 10
        return session

    def get(self, plural: str, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.objects.get_namespaced_custom_object(GROUP, VERSION, self.namespace, plural, name)
        return found

    def items(self, plural: str = "crawlsessions") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.objects.list_namespaced_custom_object(
            GROUP, VERSION, self.namespace, plural
        )["items"]
        return found

    def patch(self, name: str, spec: dict[str, Any]) -> None:
        self.objects.patch_namespaced_custom_object(
            GROUP, VERSION, self.namespace, "crawlsessions", name, {"spec": spec}
        )

    def delete(self, name: str) -> None:
        self.objects.delete_namespaced_custom_object(GROUP, VERSION, self.namespace, "crawlsessions", name)

    def refuses(self, name: str, **spec: Any) -> bool:
        """Whether the API server refuses this change of a spec."""
        try:
            self.patch(name, spec)
        except ApiException as error:
            return error.status == 422
        return False

    def phases(self) -> Counter[Phase | None]:
        return Counter(CrawlSessionStatus.model_validate(item.get("status", {})).phase for item in self.items())

    def logs(self) -> str:
        return "\n".join(f"{name}\n{log_tail(self.installation.home, name)}" for name in (*OPERATORS, *WORKERS))

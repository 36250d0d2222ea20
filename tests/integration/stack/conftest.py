"""All of BugHive on this machine, as `make dev` runs it: real operator, workers, Chromium, Redis and API server."""

import json
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
import redis

from bughive_crds.crawl_session import Condition, CrawlSessionStatus, Phase
from bughive_dev.checkout import ROOT
from bughive_dev.cluster import Cluster
from bughive_dev.program import Program
from bughive_dev.sessions import Sessions
from bughive_dev.stack import Stack
from bughive_dev.supervision import Supervision, log_tail
from bughive_dev.waiting import wait_until
from bughive_protocol.connections import connect
from bughive_protocol.keys import Keys

PAGES = 48
"""Two of each of the site's 24 templates."""
PAGES_PER_SECOND = 6
"""Slow enough to be hit in mid-crawl."""
MID_CRAWL = 10
"""So many pages are recorded when a fault comes."""
END_SECONDS = 90.0
DELIVERY_SECONDS = 40.0


@dataclass(frozen=True)
class Outcome:
    """What a crawl brought to light, in a form in which two crawls of one site can be compared."""

    pages: list[str]
    """URL and end of each page, as the report lists them."""
    counts: dict[str, int]
    bugs: dict[str, int]
    """Fingerprint -> on how many pages; a page that was recorded twice would count twice."""


class Installation:
    """One BugHive, and what users, administrators and accidents do to it."""

    def __init__(self, cluster: Cluster, namespace: str, stack: Stack, home: Path, site: str) -> None:
        self.cluster = cluster
        self.namespace = namespace
        self.stack = stack
        self.site = site
        self.home = home
        self._keys = Keys()
        self._redis: redis.Redis = connect(stack.env["REDIS_URL"])
        self._sessions = Sessions(cluster, namespace)

    def kubectl(self, *arguments: str, stdin: str | None = None) -> str:
        return self.cluster.kubectl("--namespace", self.namespace, *arguments, stdin=stdin)

    def apply(self, name: str, **spec: Any) -> str:
        """Apply a session of the site; returns its uid."""
        given = {
            "url": self.site,
            "scope": {"maxPages": 2 * PAGES},
            "browser": {"requestsPerSecond": PAGES_PER_SECOND},
            # How slow a page is depends on what else this machine does.
            "checks": {"disable": ["slow-pages"]},
            **spec,
        }
        body = {"apiVersion": "bughive.dev/v1alpha1", "kind": "CrawlSession", "metadata": {"name": name}, "spec": given}
        applied = self.kubectl("apply", "-o", "json", "-f", "-", stdin=json.dumps(body))
        return json.loads(applied)["metadata"]["uid"]

    def change(self, name: str, **spec: Any) -> None:
        self.kubectl("patch", "crawlsession", name, "--type=merge", "-p", json.dumps({"spec": spec}))

    def status(self, name: str) -> CrawlSessionStatus:
        return self._sessions.status(name)

    def wait(self, what: str, ready: Callable[[], object], seconds: float = END_SECONDS) -> float:
        """Wait for a true answer; returns how many seconds that took."""
        began = time.monotonic()
        wait_until(what, lambda: bool(ready()), seconds)
        return time.monotonic() - began

    def wait_for(self, name: str, phase: Phase, seconds: float = END_SECONDS) -> CrawlSessionStatus:
        """Wait for a phase; another end than the one that is waited for fails at once."""

        def there() -> bool:
            status = self.status(name)
            if status.phase is not phase and status.phase is not None and status.phase.terminal:
                raise AssertionError(f"{name} is {status.phase}: {status.message}\n{self.worker_log()}")
            return status.phase is phase

        self.wait(f"{name} is {phase}", there, seconds)
        return self.status(name)

    def wait_delivered(self, name: str, reason: str) -> tuple[CrawlSessionStatus, str]:
        """Wait until the condition Delivered has this reason; returns the status, and what the condition says."""

        def delivered() -> Condition:
            return next(one for one in self.status(name).conditions if one.type == "Delivered")

        self.wait(f"{name} is {reason}", lambda: delivered().reason == reason, DELIVERY_SECONDS)
        return self.status(name), delivered().message

    def recorded(self, uid: str) -> int:
        """How many pages are recorded."""
        return int(self._redis.hlen(self._keys.session(uid).results))

    def leased(self, uid: str) -> bool:
        """Whether a worker holds the session."""
        return self._redis.zscore(self._keys.leases, f"{uid}/0") is not None

    def stored(self, uid: str) -> bool:
        """Whether Redis has anything of the session."""
        return bool(self._redis.exists(*self._keys.session(uid).all()))

    def captures(self) -> bool:
        """Whether pictures wait for their upload."""
        return bool(self._redis.exists(self._keys.captures))

    def uploaded(self, uid: str) -> list[str]:
        """What has a picture in the artifact store."""
        return [str(subject) for subject in self._redis.hkeys(self._keys.session(uid).pictures)]

    def unacknowledged(self) -> int:
        """How much of the outbox the operator has read and not dealt with."""
        return int(self._redis.xpending(self._keys.outbox, self._keys.outbox_readers)["pending"])

    def begin(self, name: str, **spec: Any) -> str:
        """Apply a session and return its uid when the crawl is well under way, and far from its end."""
        uid = self.apply(name, **spec)
        self.wait("the crawl is under way", lambda: self.recorded(uid) >= MID_CRAWL)
        assert self.recorded(uid) < PAGES
        return uid

    def outcome(self, uid: str) -> Outcome:
        """Read a finished session's report."""
        report = json.loads((self.stack.artifacts / self.namespace / uid / "report.json").read_text())
        assert not report["partial"]
        return Outcome(
            [f"{page['url'].removeprefix(self.site)} {page['end']}" for page in report["crawled"]],
            report["pages"],
            {finding["fingerprint"]: finding["occurrences"] for finding in report["findings"]},
        )

    def program(self, name: str) -> psutil.Process:
        return psutil.Process(self.stack.running(name).process.pid)

    def busy_child(self) -> psutil.Process:
        """The crawl worker's child that holds a session: the only one with a browser at work."""
        held = self._redis.zrange(self._keys.leases, 0, -1)
        assert len(held) == 1, held
        worker = self._redis.hget(self._keys.session(held[0].rpartition("/")[0]).lease, "worker:0")
        assert worker is not None
        return psutil.Process(int(worker.rpartition("/")[2]))

    def start_again(self, name: str) -> None:
        """Start a program that was killed, as `make dev` or a Deployment does it."""
        self.wait(f"{name} is known to have ended", lambda: name in self.stack.ended(), 20)
        self.stack.start_program(name)

    def strays(self) -> list[psutil.Process]:
        """Processes of this installation that belong to none of its programs any more."""
        ours = {self.program(name).pid for name in self.stack.programs if name not in self.stack.ended()}
        return [
            process
            for process in psutil.process_iter()
            if _environment(process).get("REDIS_URL") == self.stack.env["REDIS_URL"] and not _belongs(process, ours)
        ]

    def worker_log(self) -> str:
        return log_tail(self.home, "worker-crawl")

    def log_lines(self, name: str) -> list[dict[str, Any]]:
        """A program's log, but for what is not BugHive's own."""
        lines = (self.home / f"{name}.log").read_text().splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    def close(self) -> None:
        self._redis.close()


def _environment(process: psutil.Process) -> dict[str, str]:
    try:
        return process.environ()
    except psutil.Error:  # it has ended, or is another user's
        return {}


def _belongs(process: psutil.Process, programs: set[int]) -> bool:
    try:
        return process.pid in programs or any(parent.pid in programs for parent in process.parents())
    except psutil.NoSuchProcess:
        return True


@pytest.fixture(scope="module")
def variables() -> dict[str, str]:
    """What a file's tests set besides."""
    return {}


@pytest.fixture(scope="module")
def installation(
    cluster: Cluster, chromium: str, variables: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """One installation for the tests of a file: its start takes as long as a test. It watches one namespace only."""
    namespace = f"stack-{uuid.uuid4().hex[:12]}"
    cluster.kubectl("create", "namespace", namespace)
    environment = {"WATCH_NAMESPACES": namespace, "LOG_FORMAT": "json", "BUGHIVE_CHROMIUM": chromium, **variables}
    with Supervision(tmp_path_factory.mktemp("stack")) as supervision:
        site = _start_site(supervision)
        stack = Stack(supervision, cluster.kubeconfig, env=environment)
        stack.start()
        installation = Installation(cluster, namespace, stack, supervision.home, site)
        yield installation
        family = psutil.Process(stack.running("operator").process.pid).parent().children(recursive=True)
        supervision.stop()
        installation.close()
    cluster.kubectl("delete", "namespace", namespace, "--wait=false")
    _, alive = psutil.wait_procs(family, timeout=10)
    assert alive == [], "processes that outlived the installation"


def _start_site(supervision: Supervision) -> str:
    argv = [sys.executable, str(ROOT / "tests/sites/bench"), "--pages", str(PAGES)]
    supervision.start(Program(name="site", argv=argv, port=0))
    log = supervision.home / "site.log"
    wait_until("the site tells its address", lambda: log.read_text().endswith("\n"), 30)
    return log.read_text().strip()

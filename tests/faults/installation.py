"""BugHive with everything twice, on this machine: two operators, two workers, Redis, and a network that can fail.

Every process of it is the product's, with the product's own settings; each has links of its own to Redis and to the API
server. What ends is started again, as Deployments do it.
"""

import json
import os
import signal
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import redis
from fixtures.api_gateway import ApiGateway
from fixtures.commands import OPERATOR
from fixtures.network import Link, Network

from bughive_dev.checkout import ROOT
from bughive_dev.cluster import Cluster
from bughive_dev.program import Program
from bughive_dev.redis_server import RedisServer
from bughive_dev.supervision import Supervision, log_tail
from bughive_dev.waiting import wait_until
from bughive_protocol.broker import make_app
from bughive_protocol.connections import connect
from bughive_protocol.keys import Keys
from bughive_protocol.settings import RedisSettings

from .keeper import Keeper

NAMESPACE = "bughive"
OPERATORS = ("operator-a", "operator-b")
WORKERS = ("worker-a", "worker-b")
MARK = "BUGHIVE_FAULTS_RUN"
"""By this variable a process is known to be of this run, whoever its parent is."""
SCRIPT = ROOT / "tests/programs/scripted_worker.py"
READY_SECONDS = 60.0
FAKETIME = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)


class Installation:
    def __init__(self, cluster: Cluster, supervision: Supervision, network: Network, chromium: str) -> None:
        self.cluster = cluster
        self.network = network
        self.home = supervision.home
        self.keeper = Keeper(supervision)
        self.redis_server = RedisServer(supervision, durable=True)
        self.redis_server.start()
        self.redis: redis.Redis = connect(self.redis_server.url)
        self.keys = Keys()
        self.app = make_app(RedisSettings(redis_url=self.redis_server.url))
        self.run = uuid.uuid4().hex
        self.artifacts = self.home / "artifacts"
        self._chromium = chromium
        server = json.loads(cluster.kubeconfig.read_text())["clusters"][0]["cluster"]["server"]
        self.gateway = ApiGateway(network, cluster.home, server)
        self.to_redis: dict[str, Link] = {name: network.link(self.redis_server.port) for name in (*OPERATORS, *WORKERS)}
        self.to_api: dict[str, Link] = {name: network.link(self.gateway.port) for name in OPERATORS}

    def start(self) -> None:
        for name in (*OPERATORS, *WORKERS):
            self.start_program(name)
        self.wait_well()

    # --- processes ---------------------------------------------------------------------------------------------

    def start_program(self, name: str, **env: str) -> None:
        own = {
            MARK: self.run,
            "REDIS_URL": f"redis://127.0.0.1:{self.to_redis[name].port}/0",
            "LOG_FORMAT": "json",
            "BUGHIVE_ARTIFACT_URL": self.artifacts.as_uri(),
            "PYTHONUNBUFFERED": "1",
        }
        if name in OPERATORS:
            argv = [OPERATOR]
            own |= {"KUBECONFIG": str(self._kubeconfig(name)), "LEASE_NAMESPACE": NAMESPACE}
        else:
            argv = [sys.executable, str(SCRIPT), "--queues", "crawl", "--concurrency", "1"]
            own |= {
                "BUGHIVE_EGRESS_ALLOW_CIDRS": "127.0.0.0/8",
                "BUGHIVE_CHROMIUM": self._chromium,
                "BUGHIVE_HEALTH_FILE": str(self._health(name)),
            }
            self._health(name).unlink(missing_ok=True)
        program = Program(
            name=name, argv=argv, port=0, env={**own, **env}, stop_signal=signal.SIGTERM, grace_seconds=30
        )
        self.keeper.start(program)

    def process(self, name: str) -> psutil.Process:
        pid = self.keeper.pid(name)
        assert pid is not None, f"{name} does not run:\n{log_tail(self.home, name)}"
        return psutil.Process(pid)

    def stop(self, name: str, how: signal.Signals = signal.SIGTERM) -> None:
        """End a program, and do not start it again."""
        self.keeper.let_go(name)
        pid = self.keeper.pid(name)
        if pid is None:
            return
        family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
        os.kill(pid, how)
        psutil.wait_procs(family, timeout=40)
        self.wait(f"{name} has ended", lambda: self.keeper.pid(name) is None, 10)

    @contextmanager
    def without(self, *names: str, how: signal.Signals = signal.SIGTERM) -> Iterator[None]:
        """These programs do not run meanwhile."""
        for name in names:
            self.stop(name, how)
        try:
            yield
        finally:
            for name in names:
                self._start_when_gone(name)
            self.wait_well()

    @contextmanager
    def otherwise(self, name: str, **env: str) -> Iterator[None]:
        """This program runs with other variables meanwhile."""
        self.stop(name)
        self._start_when_gone(name, **env)
        try:
            self.wait_well()
            yield
        finally:
            self.stop(name)
            self._start_when_gone(name)
            self.wait_well()

    def leader(self) -> str:
        """The operator that holds the Lease."""
        lease = json.loads(self.cluster.kubectl("get", "lease", "-n", NAMESPACE, "bughive-operator", "-o", "json"))
        holder = lease["spec"]["holderIdentity"]
        found = [name for name in OPERATORS if any(line.get("identity") == holder for line in self.log(name))]
        return found[0] if found and self.keeper.pid(found[0]) else ""

    def other(self, name: str) -> str:
        """The other one of the two."""
        return next(each for pair in (OPERATORS, WORKERS) if name in pair for each in pair if each != name)

    def log(self, name: str) -> list[dict[str, Any]]:
        lines = (self.home / f"{name}.log").read_text(errors="replace").splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    def strays(self) -> list[psutil.Process]:
        """Processes of this run that belong to none of its programs."""
        ours = {self.keeper.pid(name) for name in (*OPERATORS, *WORKERS)}
        return [
            process
            for process in psutil.process_iter()
            if _environment(process).get(MARK) == self.run and not _belongs(process, ours)
        ]

    # --- waiting -----------------------------------------------------------------------------------------------

    def wait(self, what: str, ready: Callable[[], object], seconds: float = 60) -> float:
        """Wait for a true answer; returns how many seconds that took."""
        began = time.monotonic()
        wait_until(what, lambda: bool(ready()), seconds)
        return time.monotonic() - began

    def wait_well(self) -> None:
        """Everything runs, one operator leads, the workers take tasks."""
        for name in WORKERS:
            self.wait(
                f"{name} is ready",
                lambda name=name: self.keeper.pid(name) and self._health(name).exists(),
                READY_SECONDS,
            )
        self.wait("an operator leads", self.leader, READY_SECONDS)
        self.wait("both operators run", lambda: all(self.keeper.pid(name) for name in OPERATORS), READY_SECONDS)

    def settled(self) -> None:
        """After a fault: all is well, and nothing was left behind."""
        self.wait_well()
        self.wait("no process is left behind", lambda: not self.strays(), 30)

    def close(self) -> None:
        self.network.call(self.gateway.close())
        self.redis.close()
        self.app.close()

    def _start_when_gone(self, name: str, **env: str) -> None:
        self.wait(f"{name} has ended", lambda: self.keeper.pid(name) is None, 10)
        self.start_program(name, **env)

    def _kubeconfig(self, name: str) -> Path:
        """The administrator's, by way of this program's own link."""
        document = json.loads(self.cluster.kubeconfig.read_text())
        document["clusters"][0]["cluster"]["server"] = f"https://127.0.0.1:{self.to_api[name].port}"
        path = self.home / f"{name}.kubeconfig"
        path.write_text(json.dumps(document))
        return path

    def _ready(self, name: str) -> bool:
        return self.keeper.pid(name) is not None and self._health(name).exists()

    def _health(self, name: str) -> Path:
        return self.home / f"{name}.health"


def clock(by: str) -> Mapping[str, str]:
    """Variables of a process whose wall clock is wrong, by such as ``+2h``; its monotonic clock is not touched."""
    return {"LD_PRELOAD": str(FAKETIME), "FAKETIME": by, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}


def _environment(process: psutil.Process) -> dict[str, str]:
    try:
        return process.environ()
    except psutil.Error:  # it has ended, or is another user's
        return {}


def _belongs(process: psutil.Process, programs: set[int | None]) -> bool:
    try:
        return process.pid in programs or any(parent.pid in programs for parent in process.parents())
    except psutil.NoSuchProcess:
        return True

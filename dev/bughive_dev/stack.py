"""BugHive itself on this machine: Redis, the operator, and a worker for each queue that has tasks."""

import signal
import sys
from collections.abc import Mapping
from pathlib import Path

from bughive_dev.errors import SetupError
from bughive_dev.program import Program, Record, Running
from bughive_dev.redis_server import RedisServer
from bughive_dev.supervision import Supervision, log_tail
from bughive_dev.waiting import wait_until

QUEUES = ("crawl", "tickets", "media", "default")
CONCURRENCY = 2
"""Of each worker: enough for one machine."""
REDIS = "redis"
OPERATOR = "operator"
DRAIN_SECONDS = 30.0
"""A worker that is told to stop hands its sessions over first."""
START_SECONDS = 60.0


def worker(queue: str) -> str:
    """The name of the program that serves a queue."""
    return f"worker-{queue}"


class Stack:
    """Redis, operator and workers under one supervisor, against the cluster that a kubeconfig names."""

    def __init__(self, supervision: Supervision, kubeconfig: Path, *, env: Mapping[str, str] | None = None) -> None:
        self._supervision = supervision
        self._redis = RedisServer(supervision, durable=True)
        self.artifacts = supervision.home / "artifacts"
        self.env = {
            "KUBECONFIG": str(kubeconfig),
            "REDIS_URL": self._redis.url,
            "BUGHIVE_ARTIFACT_URL": f"file://{self.artifacts}",
            # On a laptop the sites under test are on the laptop.
            "BUGHIVE_EGRESS_ALLOW_CIDRS": "127.0.0.0/8,::1/128",
            **(env or {}),
        }

    @property
    def names(self) -> tuple[str, ...]:
        """The programs whose logs tell what happens."""
        return (OPERATOR, *(worker(queue) for queue in QUEUES))

    @property
    def programs(self) -> tuple[str, ...]:
        """All programs, in the order of their start."""
        return (REDIS, *self.names)

    def start(self) -> None:
        """Start everything, and return when the workers wait for tasks."""
        for name in self.programs:
            self.start_program(name)
        for queue in QUEUES:
            wait_until(f"the {queue} worker is ready", lambda queue=queue: self._ready(queue), START_SECONDS)  # type: ignore[misc]

    def start_program(self, name: str) -> None:
        """Start one program, or start it again after it ended; only Redis' readiness is waited for."""
        if name == REDIS:
            self._redis.start()
        elif name == OPERATOR:
            self._run(name, "bughive-operator", self.env)
        else:
            queue = name.removeprefix(worker(""))
            health = self._health(queue)
            health.unlink(missing_ok=True)
            environment = {**self.env, "BUGHIVE_HEALTH_FILE": str(health)}
            self._run(name, "bughive-worker", environment, "--queues", queue, "--concurrency", str(CONCURRENCY))

    def running(self, name: str) -> Running:
        """The process of a program, the newest if it was started more than once.

        Raises:
            KeyError: it was never started.
        """
        found = self._record().program(name)
        if found is None:
            raise KeyError(name)
        return found

    def ended(self) -> dict[str, int]:
        """The programs that ended by themselves, with their exit codes; negative after a signal.

        Raises:
            SetupError: the supervisor has ended, and everything with it.
        """
        record = self._record()
        if not record.supervisor.alive:
            tail = log_tail(self._supervision.home, "supervisor")
            raise SetupError(f"the supervisor has ended, and everything with it. The end of its log:\n{tail}")
        ours = (each for each in record.programs if each.name in self.programs)
        return {each.name: each.exit_code for each in ours if each.exit_code is not None}

    def check_alive(self) -> None:
        """Raise a SetupError with the end of its log if a program has ended by itself."""
        for name in self.names:
            self._supervision.check_alive(name)

    def _record(self) -> Record:
        record = Record.read(self._supervision.home)
        if record is None:
            raise AssertionError("a supervisor writes its record before it starts anything")
        return record

    def _run(self, name: str, command: str, env: Mapping[str, str], *arguments: str) -> None:
        # The entry points stand beside the interpreter, also where the environment is not activated.
        argv = [str(Path(sys.executable).with_name(command)), *arguments]
        program = Program(
            name=name, argv=argv, port=0, env=env, stop_signal=signal.SIGTERM, grace_seconds=DRAIN_SECONDS
        )
        self._supervision.start(program)

    def _health(self, queue: str) -> Path:
        return self._supervision.home / f"{worker(queue)}.health"

    def _ready(self, queue: str) -> bool:
        self._supervision.check_alive(worker(queue))
        return self._health(queue).exists()

"""BugHive itself on this machine: Redis, the operator, and a worker for each queue that has tasks."""

import signal
import sys
from collections.abc import Mapping
from pathlib import Path

from bughive_dev.program import Program
from bughive_dev.redis_server import RedisServer
from bughive_dev.supervision import Supervision
from bughive_dev.waiting import wait_until

QUEUES = ("crawl", "default")
DRAIN_SECONDS = 30.0
"""A worker that is told to stop hands its sessions over first."""
START_SECONDS = 60.0


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
        return ("operator", *(f"worker-{queue}" for queue in QUEUES))

    def start(self) -> None:
        """Start everything, and return when the workers wait for tasks."""
        self._redis.start()
        self._run("operator", "bughive-operator", self.env)
        for queue in QUEUES:
            health = self._health(queue)
            health.unlink(missing_ok=True)
            env = {**self.env, "BUGHIVE_HEALTH_FILE": str(health)}
            self._run(f"worker-{queue}", "bughive-worker", env, "--queues", queue)
        for queue in QUEUES:
            wait_until(f"the {queue} worker is ready", lambda queue=queue: self._ready(queue), START_SECONDS)  # type: ignore[misc]

    def check_alive(self) -> None:
        """Raise a SetupError with the end of its log if a program has ended by itself."""
        for name in self.names:
            self._supervision.check_alive(name)

    def _run(self, name: str, command: str, env: Mapping[str, str], *arguments: str) -> None:
        # The entry points stand beside the interpreter, also where the environment is not activated.
        argv = [str(Path(sys.executable).with_name(command)), *arguments]
        program = Program(
            name=name, argv=argv, port=0, env=env, stop_signal=signal.SIGTERM, grace_seconds=DRAIN_SECONDS
        )
        self._supervision.start(program)

    def _health(self, queue: str) -> Path:
        return self._supervision.home / f"worker-{queue}.health"

    def _ready(self, queue: str) -> bool:
        self._supervision.check_alive(f"worker-{queue}")
        return self._health(queue).exists()

"""`make dev`: operator and workers in the foreground, against the cluster of `make cluster-up`."""

import signal
import sys
import time
from pathlib import Path

from bughive_dev.checkout import CRDS, STATE
from bughive_dev.cluster import Cluster
from bughive_dev.errors import SetupError
from bughive_dev.revival import Revival
from bughive_dev.stack import Stack
from bughive_dev.supervision import Supervision, stop_recorded

POLL_SECONDS = 0.2


def run(state: Path = STATE) -> int:
    """Run Redis, the operator and the workers until Ctrl-C or SIGTERM, with their logs on this terminal."""
    home = state / "stack"
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    cluster = Cluster(state / "cluster")
    if not cluster.kubeconfig.exists():
        raise SetupError("no cluster is running: `make cluster-up` starts one")
    if stop_recorded(home):
        print("cleaned up what was left of an earlier run")
    cluster.install_crds(CRDS)
    with Supervision(home) as supervision:
        stack = Stack(supervision, cluster.kubeconfig, env={"LOG_FORMAT": "console"})
        tails = [_Tail(name, supervision.home / f"{name}.log") for name in stack.names]
        stack.start()
        revival = Revival(stack, time.monotonic())
        print(f"ready; reports go to {stack.artifacts}; Ctrl-C stops everything", flush=True)
        try:
            while True:
                for tail in tails:
                    tail.show()
                for line in revival.look(time.monotonic()):
                    print(f"{'make dev':<15} {line}", flush=True)
                time.sleep(POLL_SECONDS)
        except KeyboardInterrupt:
            print("\nstopping: the workers hand their sessions over ...", flush=True)
        supervision.stop()
        for tail in tails:
            tail.show()
    return 0


class _Tail:
    """Copies what is new in a log to this terminal, each line with the program's name."""

    def __init__(self, name: str, path: Path) -> None:
        self._name = name
        self._path = path
        self._offset = path.stat().st_size if path.exists() else 0

    def show(self) -> None:
        if not self._path.exists():
            return
        with self._path.open("rb") as log:
            log.seek(self._offset)
            whole, newline, _ = log.read().rpartition(b"\n")
        self._offset += len(whole) + len(newline)
        for line in whole.decode(errors="replace").splitlines():
            sys.stdout.write(f"{self._name:<15} {line}\n")
        sys.stdout.flush()

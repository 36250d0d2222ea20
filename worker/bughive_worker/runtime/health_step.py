"""The bootstep that touches the liveness file from a timer of the worker's own loop."""

from pathlib import Path

from celery import bootsteps
from celery.worker import WorkController

from bughive_worker.runtime.health_file import TOUCH_SECONDS


def health_step(path: Path) -> type[bootsteps.StartStopStep]:
    """A bootstep for ``app.steps["worker"]`` that keeps ``path`` fresh while the worker's loop runs."""

    class HealthFile(bootsteps.StartStopStep):  # type: ignore[misc]  # Celery has no types
        requires = frozenset({"celery.worker.components:Timer"})

        def start(self, worker: WorkController) -> None:
            path.touch()
            self.entry = worker.timer.call_repeatedly(TOUCH_SECONDS, path.touch, priority=10)

        def stop(self, worker: WorkController) -> None:
            del worker
            self.entry.cancel()
            path.unlink(missing_ok=True)

    return HealthFile

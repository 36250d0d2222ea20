"""Counts tasks by Celery's signals: most in the child that runs them, those that were killed in the parent."""

import os
import time
from importlib.metadata import version

from celery import Task
from celery.signals import task_failure, task_postrun, task_prerun, worker_process_init

from bughive_protocol.queues import Queue
from bughive_worker import metrics


class TaskMetrics:
    """Made in the parent, before it forks."""

    def __init__(self, queue: Queue) -> None:
        self._parent = os.getpid()
        self._started: dict[str, float] = {}
        metrics.BUILD_INFO.labels(version("bughive"), queue.name).set(1)

    def install(self) -> None:
        """Listen to Celery."""
        worker_process_init.connect(self._child_began, weak=False)
        task_prerun.connect(self._task_began, weak=False)
        task_postrun.connect(self._task_ended, weak=False)
        task_failure.connect(self._task_failed, weak=False)

    def _child_began(self, **_signal: object) -> None:
        metrics.PROCESSES.set(1)

    def _task_began(self, task_id: str, **_signal: object) -> None:
        self._started[task_id] = time.monotonic()

    def _task_ended(self, task_id: str, task: Task, state: str | None, **_signal: object) -> None:
        metrics.TASKS.labels(task.name, (state or "ignored").lower()).inc()
        if (started := self._started.pop(task_id, None)) is not None:
            metrics.TASK_SECONDS.labels(task.name).observe(time.monotonic() - started)

    def _task_failed(self, sender: Task, **_signal: object) -> None:
        # The parent speaks of a failure only where the child no longer can.
        if os.getpid() == self._parent:
            metrics.TASKS.labels(sender.name, "killed").inc()

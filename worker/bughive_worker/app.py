"""Puts the Celery app of one queue's worker together. Nothing is started here: no loop, no socket, no thread."""

import logging

from celery import Celery
from celery.signals import setup_logging, worker_process_init, worker_process_shutdown

from bughive_protocol.broker import make_app
from bughive_protocol.logging import configure_logging, configured_format
from bughive_protocol.queues import Queue
from bughive_worker.runtime.burial import Burial
from bughive_worker.runtime.child import Child
from bughive_worker.runtime.health_step import health_step
from bughive_worker.runtime.holder import Holder
from bughive_worker.runtime.shutdown import Drain, DrainFlag
from bughive_worker.runtime.task_metrics import TaskMetrics
from bughive_worker.runtime.work import OpenWork
from bughive_worker.settings import WorkerSettings
from bughive_worker.tasks.register import register_tasks

log = logging.getLogger(__name__)


def build_worker_app(settings: WorkerSettings, queue: Queue, open_work: OpenWork, lease_seconds: float) -> Celery:
    """The app of a worker that serves ``queue`` and does ``open_work``'s work with the sessions it is given."""
    app = make_app(settings, queue)
    drain = DrainFlag()
    Drain(drain).install()
    child = Child(settings, open_work, lease_seconds)
    register_tasks(app, settings, Holder(child, drain), child)
    _listen(settings, child)
    TaskMetrics(queue).install()
    Burial(settings, queue).install(app)
    if settings.health_file:
        app.steps["worker"].add(health_step(settings.health_file))
    return app


def _listen(settings: WorkerSettings, child: Child) -> None:
    def configure(**_signal: object) -> None:
        configure_logging(configured_format(settings.log_format), settings.log_level)

    def begin(**_signal: object) -> None:
        child.begin()

    def close(**_signal: object) -> None:
        child.close()

    setup_logging.connect(configure, weak=False)
    worker_process_init.connect(begin, weak=False)
    worker_process_shutdown.connect(close, weak=False)

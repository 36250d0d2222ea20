"""All tasks of the product, listed. Routes and names are the protocol's."""

from celery import Celery

from bughive_worker.runtime.holder import Holder
from bughive_worker.settings import WorkerSettings
from bughive_worker.tasks import cleanup_old_sessions, health, run_crawl_session


def register_tasks(app: Celery, settings: WorkerSettings, holder: Holder) -> None:
    """Add every task to the app."""
    run_crawl_session.register(app, holder)
    cleanup_old_sessions.register(app, settings)
    health.register(app, settings)

"""All tasks of the product, listed. Routes and names are the protocol's."""

from celery import Celery

from bughive_worker.runtime.child import Child
from bughive_worker.runtime.holder import Holder
from bughive_worker.settings import WorkerSettings
from bughive_worker.tasks import cleanup_old_sessions, health, run_crawl_session, upload_screenshot


def register_tasks(app: Celery, settings: WorkerSettings, holder: Holder, child: Child) -> None:
    """Add every task to the app."""
    run_crawl_session.register(app, holder)
    upload_screenshot.register(app, child)
    cleanup_old_sessions.register(app, settings)
    health.register(app, settings)

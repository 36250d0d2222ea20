"""All tasks of the product, listed. Routes and names are the protocol's."""

from celery import Celery

from bughive_protocol.queues import Queue
from bughive_worker.runtime.child import Child
from bughive_worker.runtime.holder import Holder
from bughive_worker.settings import WorkerSettings
from bughive_worker.tasks import (
    cleanup_old_sessions,
    create_ticket,
    health,
    open_tickets,
    run_crawl_session,
    send_webhook,
    upload_screenshot,
)


def register_tasks(app: Celery, settings: WorkerSettings, queue: Queue, child: Child, holder: Holder) -> None:
    """Add every task to the app of a worker that serves ``queue``."""
    run_crawl_session.register(app, holder)
    upload_screenshot.register(app, child, queue)
    cleanup_old_sessions.register(app, settings)
    health.register(app, settings)
    send_webhook.register(app, child, queue)
    open_tickets.register(app, child, queue)
    create_ticket.register(app, child, queue)

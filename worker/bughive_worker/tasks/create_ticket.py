"""``create_linear_ticket`` and ``create_github_issue``: one bug's ticket is opened, reopened, or left as it is."""

from celery import Celery, Task

from bughive_protocol.deliveries import DeliveryKind
from bughive_protocol.queues import Queue
from bughive_protocol.ticket_record import TrackerName
from bughive_worker.runtime.child import Child
from bughive_worker.runtime.parcel import Parcel, deliver
from bughive_worker.runtime.ticket_work import TASKS, TicketWork, item


def register(app: Celery, child: Child, queue: Queue) -> None:
    """Add a task for each tracker."""
    for tracker in TASKS:
        _add(app, child, queue, tracker)


def _add(app: Celery, child: Child, queue: Queue, tracker: TrackerName) -> None:
    work = TicketWork(child, tracker)
    parcel = Parcel(DeliveryKind.TICKET, lambda arguments: (item(tracker, arguments["fingerprint"]),))

    @app.task(  # type: ignore[untyped-decorator]  # Celery has no types
        name=TASKS[tracker],
        bind=True,
        max_retries=queue.retries,
        default_retry_delay=queue.retry_seconds,  # where its process died
        parcel=parcel,
    )
    def create_ticket(task: Task, session_id: str, fingerprint: str) -> str | None:
        return deliver(task, queue, child, lambda: work.settle(session_id, fingerprint), patient=True)

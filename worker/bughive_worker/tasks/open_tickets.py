"""``open_tickets``: a session has finished; choose the bugs that get a ticket, and send a task for each."""

from celery import Celery, Task

from bughive_protocol.deliveries import DeliveryKind
from bughive_protocol.messages import OPEN_TICKETS
from bughive_protocol.queues import Queue
from bughive_protocol.ticket_record import TrackerName
from bughive_worker.runtime.child import Child
from bughive_worker.runtime.parcel import Parcel, deliver
from bughive_worker.runtime.ticket_work import TASKS, TicketWork


def register(app: Celery, child: Child, queue: Queue) -> None:
    """Add the task."""
    parcel = Parcel(DeliveryKind.TICKET, lambda arguments: (str(arguments["tracker"]),))

    @app.task(  # type: ignore[untyped-decorator]  # Celery has no types
        name=OPEN_TICKETS,
        bind=True,
        max_retries=queue.retries,
        default_retry_delay=queue.retry_seconds,  # where its process died
        parcel=parcel,
    )
    def open_tickets(task: Task, session_id: str, tracker: str) -> int:
        name = TrackerName(tracker)
        work = TicketWork(child, name)
        chosen = deliver(task, queue, child, lambda: work.choose(session_id), patient=True)
        for fingerprint in chosen:
            arguments = {"session_id": session_id, "fingerprint": fingerprint}
            app.send_task(TASKS[name], kwargs=arguments, task_id=f"{session_id}-{tracker}-{fingerprint}")
        deliver(task, queue, child, lambda: work.chosen(session_id))
        return len(chosen)

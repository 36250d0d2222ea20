"""``upload_screenshot``: one picture goes from Redis into the artifact store.

Its ``fingerprint`` is that of the bug that it shows, or a page's ``page_subject``. It is no delivery that a session's
resource tells of: the report is not written before each picture is kept or given up.
"""

from celery import Celery, Task

from bughive_protocol.messages import UPLOAD_SCREENSHOT
from bughive_protocol.queues import Queue
from bughive_worker.runtime.child import Child
from bughive_worker.runtime.parcel import deliver
from bughive_worker.runtime.picture_work import PictureWork


def register(app: Celery, child: Child, queue: Queue) -> None:
    """Add the task."""
    work = PictureWork(child)

    @app.task(name=UPLOAD_SCREENSHOT, bind=True, max_retries=queue.retries, looked_after=True)  # type: ignore[untyped-decorator]  # Celery has no types
    def upload_screenshot(task: Task, session_id: str, fingerprint: str) -> str | None:
        return deliver(task, queue, child, lambda: work.upload(session_id, fingerprint))

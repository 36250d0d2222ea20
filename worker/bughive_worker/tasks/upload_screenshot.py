"""``upload_screenshot``: one finding's picture goes from Redis into the artifact store."""

from celery import Celery, Task

from bughive_protocol.messages import UPLOAD_SCREENSHOT
from bughive_protocol.queues import MEDIA
from bughive_worker.runtime.child import Child
from bughive_worker.runtime.errand import RETRIES, RetryPolicy, run_errand
from bughive_worker.runtime.picture_work import PictureWork


def register(app: Celery, child: Child, policy: RetryPolicy = RETRIES[MEDIA.name]) -> None:
    """Add the task. ``policy``: tests have no patience."""
    work = PictureWork(child)

    @app.task(name=UPLOAD_SCREENSHOT, bind=True, max_retries=policy.retries)  # type: ignore[untyped-decorator]  # Celery has no types
    def upload_screenshot(task: Task, session_id: str, fingerprint: str) -> str | None:
        return run_errand(task, child, policy, lambda: work.upload(session_id, fingerprint))

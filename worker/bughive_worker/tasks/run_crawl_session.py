"""``run_crawl_session``: a message's ids become work, if the lease says so."""

from celery import Celery, Task

from bughive_protocol.messages import RUN_CRAWL_SESSION
from bughive_protocol.tracing import continued
from bughive_worker.runtime.holder import Holder


def register(app: Celery, holder: Holder) -> None:
    """Add the task. It has no retry of Celery's: the operator alone decides on the next attempt."""

    @app.task(name=RUN_CRAWL_SESSION, bind=True, max_retries=0, looked_after=True)  # type: ignore[untyped-decorator]  # Celery has no types
    def run_crawl_session(task: Task, session_id: str, attempt: int, shard: int) -> str:
        with continued(task.request.get("traceparent")):
            return holder.take(session_id, attempt, shard, task.request.id)

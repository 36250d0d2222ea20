"""``send_webhook``: one message to one of a session's webhooks."""

from collections.abc import Mapping, Sequence
from typing import Any

from celery import Celery, Task

from bughive_crds.webhooks import WebhookEvent
from bughive_protocol.deliveries import DeliveryKind
from bughive_protocol.messages import SEND_WEBHOOK
from bughive_protocol.queues import Queue
from bughive_protocol.webhook_message import WebhookMessage
from bughive_worker.runtime.child import Child
from bughive_worker.runtime.parcel import Parcel, deliver
from bughive_worker.webhooks.send import Sender


def register(app: Celery, child: Child, queue: Queue) -> None:
    """Add the task."""

    @app.task(  # type: ignore[untyped-decorator]  # Celery has no types
        name=SEND_WEBHOOK, bind=True, max_retries=queue.retries, parcel=Parcel(DeliveryKind.WEBHOOK, _items)
    )
    def send_webhook(task: Task, session_id: str, webhook: int, event: str, fingerprints: Sequence[str] = ()) -> str:
        message = WebhookMessage(session_id, webhook, WebhookEvent(event), tuple(fingerprints))

        async def send() -> str:
            return await Sender(child.redis, child.keys, await child.outbound(), child.credentials).send(message)

        return deliver(task, queue, child, send)


def _items(arguments: Mapping[str, Any]) -> tuple[str, ...]:
    event = WebhookEvent(arguments["event"])
    return WebhookMessage("", arguments["webhook"], event, tuple(arguments.get("fingerprints", ()))).items

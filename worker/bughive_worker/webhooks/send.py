"""Tells one webhook of one event: what was told already is left out, what cannot be told says why."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

import redis.asyncio
import structlog

from bughive_crds.webhooks import WebhookEvent, WebhookSpec
from bughive_protocol.deliveries import DeliveryBook, DeliveryKind
from bughive_protocol.errors import IntegrationRefused
from bughive_protocol.keys import Keys
from bughive_protocol.session_facts import SessionFacts, read_facts, read_findings
from bughive_protocol.webhook_message import WebhookMessage
from bughive_worker import metrics
from bughive_worker.net.outbound import Outbound
from bughive_worker.net.urls import site_of
from bughive_worker.secret_source import SecretSource
from bughive_worker.webhooks.answers import is_gone, judge
from bughive_worker.webhooks.compose import compose
from bughive_worker.webhooks.signature import KEY, headers_of, secrets_in

TIMEOUT_SECONDS = 15.0
"""As Standard Webhooks advises; receivers are to answer first and work later."""
MAX_ANSWER_BYTES = 4096
HOOK = DeliveryKind.WEBHOOK

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Sender:
    """What it takes to tell a webhook. Errors name its host alone: the rest of its address may be a password."""

    client: redis.asyncio.Redis
    keys: Keys
    outbound: Outbound
    secrets: SecretSource

    async def send(self, message: WebhookMessage) -> str:
        """Tell it, unless it was told before. Returns what became of it, in a word.

        Raises:
            EgressRefused, IntegrationRefused, CredentialsForbidden: it can never be told.
            IntegrationUnavailable, CredentialsUnavailable: trying again can help.
            redis.RedisError: Redis is away.
        """
        book = DeliveryBook(self.client, self.keys)
        rest = await book.undelivered(message.session_id, HOOK, message.items)
        if not rest:
            return "told before"
        facts = await read_facts(self.client, self.keys, message.session_id)
        if facts is None or message.webhook >= len(facts.spec.webhooks):
            log.info("nothing to tell: the session is gone", session_id=message.session_id)
            return "gone"
        webhook = facts.spec.webhooks[message.webhook]
        if await book.is_closed(message.session_id, HOOK, str(message.webhook)):
            await book.failed(message.session_id, HOOK, rest, f"{site_of(webhook.url)} answered 410 Gone before")
            metrics.DELIVERIES.labels(HOOK, "failed").inc(len(rest))
            return "closed"
        return await self._tell(book, _rest_of(message, rest), facts, webhook)

    async def _tell(
        self, book: DeliveryBook, message: WebhookMessage, facts: SessionFacts, webhook: WebhookSpec
    ) -> str:
        bugs = await read_findings(self.client, self.keys, message.session_id, message.fingerprints)
        payload = compose(message.event, facts, bugs)
        if payload is None:
            await book.moot(message.session_id, HOOK, message.items)
            return "nothing to tell"
        body = payload.model_dump_json(by_alias=True)
        secrets = await self._signing_secrets(message.session_id, webhook)
        now = datetime.now(UTC)
        answer = await self.outbound.request(
            "POST",
            webhook.url,
            headers=headers_of(message.id, body, now, secrets),
            body=body.encode(),
            limit_bytes=MAX_ANSWER_BYTES,
            timeout_seconds=TIMEOUT_SECONDS,
        )
        if is_gone(answer):
            await book.close(message.session_id, HOOK, str(message.webhook))
        judge(answer, site_of(webhook.url), now)
        await book.done(message.session_id, HOOK, message.items)
        metrics.DELIVERIES.labels(HOOK, "done").inc(len(message.items))
        log.info("webhook told", session_id=message.session_id, webhook=message.webhook, event_type=message.event)
        return "told"

    async def _signing_secrets(self, session_id: str, webhook: WebhookSpec) -> tuple[str, ...]:
        if webhook.secret_ref is None:
            return ()
        data = await self.secrets.secret(session_id, webhook.secret_ref.name)
        if KEY not in data:
            raise IntegrationRefused(f"the webhook's Secret {webhook.secret_ref.name} has no key {KEY}")
        return secrets_in(data[KEY].get_secret_value())


def _rest_of(message: WebhookMessage, rest: tuple[str, ...]) -> WebhookMessage:
    """The same message of what was not told yet."""
    if message.event is not WebhookEvent.BUG_FOUND:
        return message
    named = zip(message.fingerprints, message.items, strict=True)
    return replace(message, fingerprints=tuple(fingerprint for fingerprint, item in named if item in rest))

"""The headers that let a receiver know who sends, by the rules of Standard Webhooks."""

import re
from datetime import datetime

from standardwebhooks.webhooks import Webhook

from bughive_protocol.errors import IntegrationRefused

KEY = "secret"
"""The key of the Secret that ``secretRef`` names."""
_SECRET = re.compile(r"whsec_(?:[A-Za-z0-9+/]{4}){8,22}(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?")
"""24 to 64 bytes or so; the library would take less, and pass over what is no base64."""


def headers_of(message_id: str, body: str, now: datetime, secrets: tuple[str, ...]) -> dict[str, str]:
    """The headers of one try: each secret signs, and where there is none, nothing does."""
    signatures = [Webhook(secret).sign(message_id, now, body) for secret in secrets]
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        **({"webhook-signature": " ".join(signatures)} if signatures else {}),
    }


def secrets_in(value: str) -> tuple[str, ...]:
    """The signing secrets in the Secret's value: one, or two of which one takes the other's place.

    Raises:
        IntegrationRefused: there is none, or one that is no secret.
    """
    secrets = tuple(value.split())
    if not secrets or not all(_SECRET.fullmatch(secret) for secret in secrets):
        raise IntegrationRefused(
            f"the key {KEY} of the webhook's Secret holds no signing secret: make one by kubectl create secret generic "
            f"NAME --from-literal={KEY}=whsec_$(openssl rand -base64 32)"
        )
    return secrets

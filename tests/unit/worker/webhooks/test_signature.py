"""Signatures that receivers can verify by Standard Webhooks' own library."""

import base64
import os
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from bughive_protocol.errors import IntegrationRefused
from bughive_worker.webhooks.signature import headers_of, secrets_in

BODY = '{"type":"session.started","data":{"name":"Grüße"}}'


def secret(size: int = 32) -> str:
    return f"whsec_{base64.b64encode(os.urandom(size)).decode()}"


def test_a_signed_message_is_verified_and_a_changed_one_is_not() -> None:
    own = secret()
    headers = headers_of("msg_1", BODY, datetime.now(UTC), (own,))
    assert Webhook(own).verify(BODY.encode(), headers)["type"] == "session.started"
    for changed in ({**headers, "webhook-id": "msg_2"}, {**headers, "webhook-signature": "v1,AAAA"}):
        with pytest.raises(WebhookVerificationError):
            Webhook(own).verify(BODY, changed)
    with pytest.raises(WebhookVerificationError):
        Webhook(own).verify(BODY.replace("started", "stopped"), headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret()).verify(BODY, headers)


def test_an_old_message_is_not_taken_for_a_new_one() -> None:
    own = secret()
    headers = headers_of("msg_1", BODY, datetime.now(UTC) - timedelta(minutes=6), (own,))
    with pytest.raises(WebhookVerificationError, match="too old"):
        Webhook(own).verify(BODY, headers)


def test_while_a_secret_is_replaced_both_the_old_and_the_new_one_verify() -> None:
    old, new = secrets_in(f"{secret()} {secret()}\n")
    headers = headers_of("msg_1", BODY, datetime.now(UTC), (old, new))
    assert headers["webhook-signature"].count("v1,") == 2
    for own in (old, new):
        Webhook(own).verify(BODY, headers)


def test_without_a_secret_nothing_is_signed() -> None:
    assert "webhook-signature" not in headers_of("msg_1", BODY, datetime.now(UTC), ())


@pytest.mark.parametrize("size", [24, 25, 26, 32, 64])
def test_secrets_of_the_standard_are_taken_with_and_without_padding(size) -> None:
    own = secret(size)
    for written in (own, own.rstrip("=")):
        assert secrets_in(written) == (written,)
        Webhook(own).verify(BODY, headers_of("msg_1", BODY, datetime.now(UTC), (written,)))


@pytest.mark.parametrize(
    "value", ["", "  ", "hunter2", "whsec_", "whsec_c2hvcnQ=", f"{secret()} hunter2", "whsec_" + "!" * 40]
)
def test_what_is_no_secret_is_refused_with_the_command_that_makes_one_and_is_not_shown(value) -> None:
    with pytest.raises(IntegrationRefused, match="openssl rand -base64 32") as refused:
        secrets_in(value)
    assert "hunter2" not in str(refused.value)

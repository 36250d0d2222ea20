"""What is told of a store's refusal: the setting, what to do, and nothing that was signed."""

import pytest

from bughive_protocol.s3_answers import explain

ANSWER = (
    "Error performing PUT http://store/bughive/x - Server returned non-2xx status code: {status}: "
    "<Error><Code>{code}</Code><StringToSign>AWS4-HMAC-SHA256 hush</StringToSign></Error>"
)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            ANSWER.format(status="403 Forbidden", code="SignatureDoesNotMatch"),
            "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY: ",
        ),
        (ANSWER.format(status="404 Not Found", code="XAdminUserNotFound"), "does not know this key"),
        (ANSWER.format(status="403 Forbidden", code="AccessDenied"), "s3:PutObject"),
        ("Server returned non-2xx status code: 403 Forbidden: ", "s3:PutObject"),
        (
            ANSWER.format(status="404 Not Found", code="NoSuchBucket"),
            "BUGHIVE_ARTIFACT_URL: http://store has no bucket",
        ),
        (ANSWER.format(status="503 Service Unavailable", code="SlowDown"), "AWS_ENDPOINT_URL: "),
        ("HTTP error: error sending request", "AWS_ENDPOINT_URL: http://store cannot be reached"),
    ],
)
def test_a_refusal_names_the_setting_and_quotes_nothing(text, told):
    message = explain(text, "http://store", "bughive")
    assert told in message
    assert "hush" not in message

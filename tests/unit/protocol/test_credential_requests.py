"""The seal on an answer: who can open it, and what is believed."""

import traceback
from base64 import b64encode

import pytest
from nacl.public import PrivateKey

from bughive_protocol.credential_requests import CredentialAnswer, CredentialRequest, CredentialVerdict
from bughive_protocol.errors import CredentialsUnavailable

SECRET = b64encode(b"correct horse battery staple").decode()


def request_of(key: PrivateKey, id_: str = "1", session_id: str = "a", secret: str = "shop-login") -> CredentialRequest:
    return CredentialRequest(id_, session_id, secret, b64encode(bytes(key.public_key)).decode())


def answer_to(request: CredentialRequest) -> CredentialAnswer:
    return CredentialAnswer(
        request=request.id,
        session_id=request.session_id,
        secret=request.secret,
        verdict=CredentialVerdict.GRANTED,
        values={"password": SECRET},
    )


@pytest.fixture
def key():
    return PrivateKey.generate()


def test_who_asked_can_open_the_answer_and_it_shows_nothing_before(key):
    request = request_of(key)
    sealed = answer_to(request).seal(request.public_key)
    assert SECRET not in sealed
    assert CredentialAnswer.open(sealed, key, request).values == {"password": SECRET}


def test_nobody_else_can(key):
    request = request_of(key)
    sealed = answer_to(request).seal(request.public_key)
    with pytest.raises(CredentialsUnavailable):
        CredentialAnswer.open(sealed, PrivateKey.generate(), request)


@pytest.mark.parametrize("change", [{"id_": "2"}, {"session_id": "b"}, {"secret": "other"}])
def test_an_answer_to_another_request_is_not_believed_though_it_can_be_opened(key, change):
    sealed = answer_to(request_of(key)).seal(request_of(key).public_key)
    with pytest.raises(CredentialsUnavailable, match="it answers another request"):
        CredentialAnswer.open(sealed, key, request_of(key, **change))


@pytest.mark.parametrize("sealed", ["", "no base64!", b64encode(b"x" * 100).decode()])
def test_rubbish_is_refused(key, sealed):
    with pytest.raises(CredentialsUnavailable):
        CredentialAnswer.open(sealed, key, request_of(key))


@pytest.mark.parametrize("public_key", ["", "no base64!", "YQ=="])
def test_an_answer_is_not_sealed_to_what_is_no_key(key, public_key):
    with pytest.raises(ValueError, match="no public key"):
        answer_to(request_of(key)).seal(public_key)


def test_neither_a_printed_answer_nor_an_error_about_one_shows_the_secret(key):
    request = request_of(key)
    answer = answer_to(request)
    assert SECRET not in repr(answer)
    assert SECRET not in str(answer)
    with pytest.raises(ValueError, match="values") as refused:
        CredentialAnswer.model_validate({**answer.model_dump(), "values": [SECRET]})
    assert SECRET not in "".join(traceback.format_exception(refused.value))

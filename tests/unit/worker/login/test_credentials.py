"""What a Secret is made into."""

from base64 import b64encode

import pytest
from pydantic import SecretStr

from bughive_crds.auth import AuthSpec
from bughive_protocol.errors import CredentialsUnavailable
from bughive_worker.login.credentials import site_credentials


def made(kind: str, **values: str):
    auth = AuthSpec.model_validate({"type": kind, "secretRef": {"name": "login"}})
    secret = {key: SecretStr(value) for key, value in values.items()}
    return site_credentials(auth, secret, ("shop.example",), secure=True)


def test_each_type_makes_what_it_sends():
    pair = b64encode("ada:pä:ss".encode()).decode()
    assert made("Basic", username="ada", password="pä:ss").headers == {"Authorization": f"Basic {pair}"}
    assert made("Bearer", token="t0ken").headers == {"Authorization": "Bearer t0ken"}
    assert made("Header", name="X-Api-Key", value="k3y").headers == {"X-Api-Key": "k3y"}
    assert [(c.name, c.value, c.secure) for c in made("Cookie", cookie="sid=1").cookies] == [("sid", "1", True)]
    form = made("Form", username="ada", password="hunter2", other="x")
    assert (form.username, form.password, form.headers, form.cookies) == ("ada", "hunter2", {}, ())


@pytest.mark.parametrize(
    ("kind", "values", "told"),
    [
        ("Basic", {"username": "ada"}, "has no password"),
        ("Bearer", {"password": "hunter2"}, "has no token"),
        ("Bearer", {"token": ""}, "has no token"),
        ("Bearer", {"token": "hunter2\nX: y"}, "characters no header may have"),
        ("Header", {"name": "X Y: hunter2", "value": "v"}, "no header's name"),
        ("Header", {"name": "HOST", "value": "hunter2"}, "a header that browsers set alone"),
        ("Header", {"name": "X-Y", "value": "hunter2\u00e9"}, "characters no header may have"),
        ("Cookie", {"cookie": "hunter2"}, "name=value"),
    ],
)
def test_a_secret_that_cannot_be_used_is_told_and_not_quoted(kind, values, told):
    with pytest.raises(CredentialsUnavailable, match=told) as refused:
        made(kind, **values)
    assert "hunter2" not in str(refused.value)


def test_nothing_of_it_is_shown_when_printed():
    for one in (made("Basic", username="ada", password="hunter2"), made("Cookie", cookie="sid=hunter2")):
        assert "hunter2" not in repr(one)

"""Secrets without a cluster."""

import pytest

from bughive_protocol.errors import CredentialsUnavailable
from bughive_worker.cli.local_secrets import LocalSecrets


async def test_keys_are_variables_or_files_that_variables_name(tmp_path):
    (tmp_path / "password").write_text("hunter2\n")
    found = await LocalSecrets(
        {
            "BUGHIVE_SECRET_SHOP_LOGIN_USERNAME": "ada",
            "BUGHIVE_SECRET_SHOP_LOGIN_PASSWORD_FILE": str(tmp_path / "password"),
            "BUGHIVE_SECRET_OTHER_TOKEN": "t",
        }
    ).secret("shop-login")
    assert {key: value.get_secret_value() for key, value in found.items()} == {"username": "ada", "password": "hunter2"}


async def test_what_is_not_set_is_told_by_its_variable():
    with pytest.raises(CredentialsUnavailable, match="BUGHIVE_SECRET_SHOP_LOGIN_PASSWORD"):
        await LocalSecrets({}).secret("shop.login")


async def test_a_file_that_cannot_be_read_is_named():
    with pytest.raises(CredentialsUnavailable, match="BUGHIVE_SECRET_A_TOKEN_FILE names /nowhere/token"):
        await LocalSecrets({"BUGHIVE_SECRET_A_TOKEN_FILE": "/nowhere/token"}).secret("a")

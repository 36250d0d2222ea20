"""Secrets for ``bughive crawl``: there is no cluster to keep them, so the environment does."""

import re
from collections.abc import Mapping
from pathlib import Path

from pydantic import SecretStr

from bughive_crds.auth import SECRET_KEYS
from bughive_protocol.errors import CredentialsUnavailable

_PREFIX = "BUGHIVE_SECRET"
_FILE = "_FILE"
_KEYS = tuple(dict.fromkeys(key for keys in SECRET_KEYS.values() for key in keys))


class LocalSecrets:
    """The key ``password`` of the Secret ``shop-login`` is ``BUGHIVE_SECRET_SHOP_LOGIN_PASSWORD``.

    Or it is what stands in the file that ``BUGHIVE_SECRET_SHOP_LOGIN_PASSWORD_FILE`` names.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    async def secret(self, name: str) -> Mapping[str, SecretStr]:
        """The data of a Secret, by key.

        Raises:
            CredentialsUnavailable: nothing is set, or a file cannot be read; the message names the variable.
        """
        variables = {key: variable(name, key) for key in _KEYS}
        values = {key: text for key, named in variables.items() if (text := self._value(named)) is not None}
        if not values:
            raise CredentialsUnavailable(
                f"The spec names the Secret {name}. Without a cluster its keys are environment variables: set "
                f"{variable(name, 'password')}, or whichever keys spec.auth.type needs."
            )
        return {key: SecretStr(text) for key, text in values.items()}

    def _value(self, named: str) -> str | None:
        if path := self._environment.get(f"{named}{_FILE}"):
            try:
                return Path(path).read_text("utf-8").rstrip("\r\n")
            except (OSError, UnicodeDecodeError) as error:
                raise CredentialsUnavailable(
                    f"{named}{_FILE} names {path}, which cannot be read ({type(error).__name__})"
                ) from None
        return self._environment.get(named)


def variable(name: str, key: str) -> str:
    """The environment variable of a Secret's key."""
    return "_".join((_PREFIX, *(re.sub(r"[^A-Z0-9]", "_", part.upper()) for part in (name, key))))

"""Secrets for whoever in a worker needs one: asked of the operator, held in memory only."""

from base64 import b64decode
from collections.abc import Mapping

import redis.asyncio
from pydantic import SecretStr

from bughive_protocol.credential_requests import ANSWER_SECONDS, CredentialVerdict, ask
from bughive_protocol.errors import CredentialsForbidden, CredentialsUnavailable
from bughive_protocol.keys import Keys


class Credentials:
    """A worker's way to the Secrets that its sessions' specs name."""

    def __init__(self, client: redis.asyncio.Redis, keys: Keys, *, patience: float = ANSWER_SECONDS) -> None:
        """``patience``: how long an answer is waited for, in seconds."""
        self._client = client
        self._keys = keys
        self._patience = patience

    async def secret(self, session_id: str, name: str) -> Mapping[str, SecretStr]:
        """The data of a Secret in the session's own namespace, by key; asked anew each time, in a second or so.

        Values that are empty or no UTF-8 text are left out. A line break at a value's end, which editors add, is too.

        Raises:
            CredentialsForbidden: the operator may not read it for this session; the message tells what lets it.
            CredentialsUnavailable: it is not there, or nobody answers.
            redis.RedisError: Redis is away.
        """
        answer = await ask(self._client, self._keys, session_id, name, patience=self._patience)
        match answer.verdict:
            case CredentialVerdict.GRANTED:
                return {key: SecretStr(text) for key, value in answer.values.items() if (text := _text(value))}
            case CredentialVerdict.FORBIDDEN:
                raise CredentialsForbidden(answer.message)
            case CredentialVerdict.UNAVAILABLE:
                raise CredentialsUnavailable(answer.message)


def _text(value: str) -> str | None:
    try:
        return b64decode(value).decode().rstrip("\r\n")
    except UnicodeDecodeError:
        return None

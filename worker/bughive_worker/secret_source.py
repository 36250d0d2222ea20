"""Where integrations get the Secrets that sessions' specs name."""

from collections.abc import Mapping
from typing import Protocol

from pydantic import SecretStr


class SecretSource(Protocol):
    """``runtime.credentials.Credentials``, or what a test has in its place."""

    async def secret(self, session_id: str, name: str) -> Mapping[str, SecretStr]:
        """The data of a Secret in the session's own namespace, by key."""
        ...

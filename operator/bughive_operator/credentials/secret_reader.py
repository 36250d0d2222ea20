"""Reads Secrets where a namespace lets us, and says what to do where it does not."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field

from bughive_operator.api_call import Forbidden, NotFound
from bughive_operator.api_server import ApiServer
from bughive_operator.reasons import Reason

MAX_BYTES = 65_536
"""Of a Secret's values together, as base64: an answer goes through Redis."""
TYPES = ("Opaque", "kubernetes.io/basic-auth")
"""Others are for the cluster itself: a ServiceAccount's token, a certificate's key, what Helm remembers."""
_ACCOUNT = "system:serviceaccount:"


@dataclass(frozen=True)
class Secret:
    """A Secret that was read."""

    values: Mapping[str, str] = field(repr=False)
    """By key; in base64, as the API server has them."""


@dataclass(frozen=True)
class Refusal:
    """Why a Secret cannot be had."""

    reason: Reason
    """CredentialsForbidden, or CredentialsMissing."""
    message: str
    """What to do."""


class SecretReader:
    """Reads Secrets by the rights that namespaces granted."""

    def __init__(self, api: ApiServer, role: str) -> None:
        """``role``: the ClusterRole that a namespace binds to let us read its Secrets."""
        self._api = api
        self._role = role
        self._subject = ""

    async def read(self, namespace: str, name: str) -> Secret | Refusal:
        """The Secret as it is now.

        Raises:
            ApiServerError: the API server cannot say.
        """
        try:
            body = await self._api.secret(namespace, name)
        except Forbidden:
            return Refusal(Reason.CREDENTIALS_FORBIDDEN, await self._command(namespace, name))
        except NotFound:
            return Refusal(
                Reason.CREDENTIALS_MISSING,
                f"There is no Secret {name} in the namespace {namespace}. "
                "Create it; the session then goes on by itself.",
            )
        kind, values = body.get("type", "Opaque"), body.get("data") or {}
        own = "Put what the session needs into one of its own."
        if kind not in TYPES:
            message = f"The Secret {name} is of type {kind}, and only {' and '.join(TYPES)} are handed over. {own}"
            return Refusal(Reason.CREDENTIALS_MISSING, message)
        if sum(map(len, values.values())) > MAX_BYTES:
            message = f"The Secret {name} holds more than {MAX_BYTES >> 10} KiB. {own}"
            return Refusal(Reason.CREDENTIALS_MISSING, message)
        return Secret(values)

    async def _command(self, namespace: str, name: str) -> str:
        if not self._subject:
            self._subject = subject(await self._api.own_name())
        command = f"kubectl create rolebinding {self._role} --namespace {namespace} --clusterrole={self._role}"
        return (
            f"The operator may not read the Secret {name} in the namespace {namespace}. Let it: "
            f"{command} {self._subject}"
        )


def subject(username: str) -> str:
    """How ``kubectl create rolebinding`` names this user."""
    if username.startswith(_ACCOUNT):
        return f"--serviceaccount={username.removeprefix(_ACCOUNT)}"
    return f"--user={shlex.quote(username)}"

"""How a worker, which may not read Secrets, gets one: the sealed hand-over.

The worker makes a key pair for this one request and puts its public half into Redis. The operator's leader decides
and puts back an answer that is sealed to it. The private half never leaves the process that asked, so Redis, and
whoever reads it, never sees a Secret. An answer names its request, session and Secret, and is read once: one that
was kept, or moved from another request, cannot be opened, and would not be believed.

Whoever may write to Redis may ask as a worker does: Redis' password is what keeps strangers out.
"""

import time
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from secrets import token_hex
from typing import Any, cast

import redis.asyncio
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bughive_protocol.errors import CredentialsUnavailable
from bughive_protocol.keys import Keys
from bughive_protocol.redis_time import moment, redis_time

ANSWER_SECONDS = 30.0
"""How long a worker waits for an answer; longer than it takes another operator to become the leader."""
KEEP_SECONDS = 60
"""How long an answer that nobody reads stays in Redis."""
MAX_REQUESTS = 1000
"""The oldest go first; each is gone once it is answered."""
_BLOCK_SECONDS = 2.0
_LEAST_SECONDS = 0.01
"""0 would be for ever."""


class CredentialVerdict(StrEnum):
    """What the operator says to a request."""

    GRANTED = "granted"
    FORBIDDEN = "forbidden"
    """Not for this session, or not in this namespace."""
    UNAVAILABLE = "unavailable"
    """The Secret is not there, or cannot be used."""


@dataclass(frozen=True, slots=True)
class CredentialRequest:
    """A request that waits for an answer."""

    id: str
    session_id: str
    secret: str
    public_key: str
    """Of a key pair made for this request alone; base64."""


class CredentialAnswer(BaseModel):
    """What is sealed: which request this answers, and how."""

    # What does not fit must not be quoted in an error.
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    request: str
    session_id: str
    secret: str
    verdict: CredentialVerdict
    message: str = ""
    """What to do, where it was not granted."""
    values: dict[str, str] = Field(default={}, repr=False)
    """The Secret's data, each value in base64, as the API server has it."""

    def seal(self, public_key: str) -> str:
        """Close it so that only the holder of the private key can open it; base64.

        Raises:
            ValueError: this is no public key.
        """
        try:
            box = SealedBox(PublicKey(b64decode(public_key, validate=True)))
        except (NotBase64, CryptoError) as error:
            raise ValueError("this is no public key") from error
        return b64encode(box.encrypt(self.model_dump_json().encode())).decode()

    @classmethod
    def open(cls, sealed: str, private_key: PrivateKey, request: CredentialRequest) -> "CredentialAnswer":
        """Open what was sealed for this request.

        Raises:
            CredentialsUnavailable: it was sealed to another key, or answers another request.
        """
        try:
            answer = cls.model_validate_json(SealedBox(private_key).decrypt(b64decode(sealed, validate=True)))
        except (NotBase64, CryptoError, ValidationError) as error:
            # Without its cause: what was sealed is nothing for a traceback.
            raise CredentialsUnavailable(_NOT_OURS.format(request.secret, type(error).__name__)) from None
        if (answer.request, answer.session_id, answer.secret) != (request.id, request.session_id, request.secret):
            raise CredentialsUnavailable(_NOT_OURS.format(request.secret, "it answers another request"))
        return answer


_NOT_OURS = "The answer to a request for the Secret {} cannot be used ({}). Who else writes to this Redis?"


async def ask(
    client: redis.asyncio.Redis, keys: Keys, session_id: str, secret: str, *, patience: float = ANSWER_SECONDS
) -> CredentialAnswer:
    """Ask for a Secret that the session's spec names, and wait up to ``patience`` seconds for the answer.

    Raises:
        CredentialsUnavailable: no operator answered, or what came back is not the answer.
        redis.RedisError: Redis is away.
    """
    private_key = PrivateKey.generate()
    request = CredentialRequest(
        id=token_hex(16),
        session_id=session_id,
        secret=secret,
        public_key=b64encode(bytes(private_key.public_key)).decode(),
    )
    await client.xadd(keys.credential_requests, _fields(request), maxlen=MAX_REQUESTS, approximate=True)
    deadline = time.monotonic() + patience
    while (left := deadline - time.monotonic()) > 0:
        seconds = min(max(left, _LEAST_SECONDS), _BLOCK_SECONDS)
        popped = await cast("Any", client.blpop([keys.credential_answer(request.id)], timeout=seconds))
        if popped:
            return CredentialAnswer.open(popped[1], private_key, request)
    raise CredentialsUnavailable(
        f"No operator answered the request for the Secret {secret} within {patience:g} s. "
        "Check that bughive-operator runs and uses the same Redis."
    )


class CredentialRequests:
    """The operator's side. All methods raise ``redis.RedisError`` when Redis is away."""

    def __init__(self, client: redis.asyncio.Redis, keys: Keys) -> None:
        self._client = client
        self._keys = keys

    async def pending(self, count: int = 50) -> list[tuple[str, CredentialRequest]]:
        """The oldest requests, each with its place in line; those that nobody waits for any more are removed."""
        entries = cast(
            "list[tuple[str, dict[str, str]]]", await self._client.xrange(self._keys.credential_requests, count=count)
        )
        if not entries:
            return []
        since = await redis_time(self._client) - timedelta(seconds=ANSWER_SECONDS)
        late = [place for place, _ in entries if moment(place.partition("-")[0]) < since]
        if late:
            await self._client.xdel(self._keys.credential_requests, *late)
        return [(place, _request(fields)) for place, fields in entries if place not in late]

    async def answer(self, place: str, request: CredentialRequest, sealed: str) -> None:
        """Put an answer where the asker waits for it, and take the request out of the line."""
        key = self._keys.credential_answer(request.id)
        async with self._client.pipeline(transaction=True) as pipeline:
            pipeline.rpush(key, sealed)
            pipeline.expire(key, KEEP_SECONDS)
            pipeline.xdel(self._keys.credential_requests, place)
            await pipeline.execute()

    async def drop(self, place: str) -> None:
        """Take a request out of the line that cannot be answered."""
        await self._client.xdel(self._keys.credential_requests, place)


def _fields(request: CredentialRequest) -> dict[Any, Any]:
    return {
        "request": request.id,
        "session": request.session_id,
        "secret": request.secret,
        "public_key": request.public_key,
    }


def _request(fields: dict[str, str]) -> CredentialRequest:
    return CredentialRequest(
        id=fields.get("request", ""),
        session_id=fields.get("session", ""),
        secret=fields.get("secret", ""),
        public_key=fields.get("public_key", ""),
    )

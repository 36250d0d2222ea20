"""Answers workers that ask for Secrets. Only the leader does."""

import asyncio
from collections.abc import Callable

import structlog
from redis.exceptions import RedisError

from bughive_operator import metrics
from bughive_operator.api_call import ApiServerError
from bughive_operator.clock import Clock
from bughive_operator.credentials.entitlement import objection
from bughive_operator.credentials.secret_reader import Refusal, SecretReader
from bughive_operator.reasons import Reason
from bughive_operator.sessions import Sessions
from bughive_protocol.credential_requests import (
    CredentialAnswer,
    CredentialRequest,
    CredentialRequests,
    CredentialVerdict,
)

log = structlog.get_logger(__name__)
_VERDICTS = {Reason.CREDENTIALS_FORBIDDEN: CredentialVerdict.FORBIDDEN}


class CredentialDesk:
    """Takes requests out of Redis and puts sealed answers back."""

    def __init__(
        self,
        requests: CredentialRequests,
        reader: SecretReader,
        sessions: Sessions,
        clock: Clock,
        lost: Callable[[RedisError], None],
    ) -> None:
        """``lost``: is told when Redis cannot be reached."""
        self._requests = requests
        self._reader = reader
        self._sessions = sessions
        self._clock = clock
        self._lost = lost

    async def round(self) -> None:
        """Answer those who wait."""
        try:
            pending = await self._requests.pending()
            await asyncio.gather(*(self._serve(place, request) for place, request in pending))
        except RedisError as error:
            self._lost(error)

    async def _serve(self, place: str, request: CredentialRequest) -> None:
        try:
            answer = await self._answer(request)
            sealed = answer.seal(request.public_key)
        except ApiServerError as error:
            # It stays in line, for the next round.
            log.warning("a Secret cannot be read now", session_id=request.session_id, error=str(error))
        except ValueError as error:
            log.warning("a request for a Secret makes no sense", session_id=request.session_id, error=str(error))
            await self._requests.drop(place)
        else:
            await self._requests.answer(place, request, sealed)
            metrics.CREDENTIAL_ANSWERS.labels(answer.verdict).inc()
            log.info(
                "a request for a Secret was answered",
                session_id=request.session_id,
                secret=request.secret,
                verdict=answer.verdict,
            )

    async def _answer(self, request: CredentialRequest) -> CredentialAnswer:
        resource = self._sessions.get(request.session_id)
        refused = objection(resource, request.secret, self._clock.now())
        if resource is None or refused:
            return _to(request, CredentialVerdict.FORBIDDEN, refused)
        read = await self._reader.read(resource.namespace, request.secret)
        if isinstance(read, Refusal):
            return _to(request, _VERDICTS.get(read.reason, CredentialVerdict.UNAVAILABLE), read.message)
        return _to(request, CredentialVerdict.GRANTED).model_copy(update={"values": dict(read.values)})


def _to(request: CredentialRequest, verdict: CredentialVerdict, message: str = "") -> CredentialAnswer:
    return CredentialAnswer(
        request=request.id, session_id=request.session_id, secret=request.secret, verdict=verdict, message=message
    )

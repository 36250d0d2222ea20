"""The hand-over of Secrets through a real Redis."""

import asyncio
from base64 import b64encode

import pytest

from bughive_protocol import credential_requests
from bughive_protocol.credential_requests import (
    CredentialAnswer,
    CredentialRequest,
    CredentialRequests,
    CredentialVerdict,
    ask,
)
from bughive_protocol.errors import CredentialsUnavailable

SECRET = "correct horse battery staple"
VALUES = {"password": b64encode(SECRET.encode()).decode()}


@pytest.fixture
def requests(async_client, keys) -> CredentialRequests:
    return CredentialRequests(async_client, keys)


async def waiting(requests: CredentialRequests, count: int = 1) -> list[tuple[str, CredentialRequest]]:
    async with asyncio.timeout(5):
        while True:
            pending = await requests.pending()
            if len(pending) >= count:
                return pending
            await asyncio.sleep(0.01)


def granted(request: CredentialRequest) -> CredentialAnswer:
    return CredentialAnswer(
        request=request.id,
        session_id=request.session_id,
        secret=request.secret,
        verdict=CredentialVerdict.GRANTED,
        values=VALUES,
    )


async def dumped(client, keys) -> str:
    """All that Redis holds of this installation."""
    parts = []
    async for key in client.scan_iter(f"{keys.prefix}:*"):
        match await client.type(key):
            case "stream":
                parts.append(str(await client.xrange(key)))
            case "list":
                parts.append(str(await client.lrange(key, 0, -1)))
    return "\n".join(parts)


async def test_a_secret_goes_to_who_asked_and_redis_never_shows_it(async_client, keys, requests, session_id):
    asking = asyncio.create_task(ask(async_client, keys, session_id, "shop-login"))
    ((place, request),) = await waiting(requests)
    assert (request.session_id, request.secret) == (session_id, "shop-login")
    # Answered twice, as by an operator that was deposed meanwhile.
    for _ in range(2):
        await requests.answer(place, request, granted(request).seal(request.public_key))
    assert (await asking).values == VALUES

    rest = await dumped(async_client, keys)
    assert keys.credential_answer(request.id).rpartition(":")[0] not in rest
    assert await requests.pending() == []
    assert 0 < await async_client.ttl(keys.credential_answer(request.id)) <= credential_requests.KEEP_SECONDS
    assert rest
    assert SECRET not in rest
    assert VALUES["password"] not in rest


async def test_each_request_has_a_key_of_its_own_so_an_answer_cannot_be_moved(async_client, keys, requests):
    asking = [asyncio.create_task(ask(async_client, keys, uid, "shop-login")) for uid in ("a", "b")]
    pending = {request.session_id: (place, request) for place, request in await waiting(requests, 2)}
    place, victim = pending["a"]
    other_place, thief = pending["b"]
    assert victim.public_key != thief.public_key
    sealed = granted(victim).seal(victim.public_key)
    await requests.answer(other_place, thief, sealed)
    await requests.answer(place, victim, sealed)
    assert (await asking[0]).values == VALUES
    with pytest.raises(CredentialsUnavailable):
        await asking[1]


async def test_who_is_not_answered_is_told_to_look_for_the_operator(async_client, keys):
    with pytest.raises(CredentialsUnavailable, match="Check that bughive-operator runs"):
        await ask(async_client, keys, "a", "shop-login", patience=0.05)


async def test_a_request_that_nobody_waits_for_any_more_is_removed(async_client, keys, requests):
    fields = {"request": "1", "session": "a", "secret": "shop-login", "public_key": "x"}
    await async_client.xadd(keys.credential_requests, fields, id="1000-0")
    assert await requests.pending() == []
    assert await async_client.xlen(keys.credential_requests) == 0

"""What must be there before the operator starts; what is missing ends it with a sentence that helps."""

import redis.asyncio
from redis.exceptions import RedisError

from bughive_crds import GROUP
from bughive_crds.definition import REVISION, REVISION_ANNOTATION
from bughive_operator.api_call import ApiServerError, NotFound
from bughive_operator.api_server import PLURAL, REPORTS, SCHEDULES, ApiServer

INSTALL = "kubectl apply -f crds/"


class CannotStart(Exception):
    """Something that the operator needs is missing or wrong; the message says what to do."""


async def check_cluster(api: ApiServer) -> str:
    """The API server answers and has our kinds, none older than this operator. Returns its version."""
    try:
        version = await api.version()
        for plural in (PLURAL, REPORTS, SCHEDULES):
            await _check_definition(api, plural)
    except ApiServerError as error:
        raise CannotStart(f"KUBECONFIG: {error}") from error
    return version


async def _check_definition(api: ApiServer, plural: str) -> None:
    name = f"{plural}.{GROUP}"
    try:
        definition = await api.definition(plural)
    except NotFound as error:
        raise CannotStart(f"The CustomResourceDefinition {name} is not installed. Install it: {INSTALL}") from error
    revision = definition["metadata"].get("annotations", {}).get(REVISION_ANNOTATION, "0")
    if not revision.isdecimal() or int(revision) < REVISION:
        raise CannotStart(
            f"The CustomResourceDefinition {name} has revision {revision}, and this operator needs {REVISION}. "
            f"Update it: {INSTALL}"
        )


async def check_redis(client: redis.asyncio.Redis) -> None:
    """Redis answers."""
    try:
        await client.ping()
    except RedisError as error:
        raise CannotStart(
            f"REDIS_URL: Redis cannot be reached ({error}). Start it, or set REDIS_URL to where it is."
        ) from error

"""Which sessions' resources exist, as the operator last published: workers cannot ask Kubernetes."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

import redis

from bughive_protocol.keys import Keys
from bughive_protocol.redis_time import moment

GONE_MARGIN = timedelta(hours=1)
"""What a publication does not name has to be this much older than it for the absence to mean anything."""


@dataclass(frozen=True, slots=True)
class Live:
    """One publication."""

    at: datetime
    """When, by Redis' clock."""
    session_ids: frozenset[str]


def published_live(client: redis.Redis, keys: Keys) -> Live | None:
    """The newest publication; None: there was none yet, so nothing may be taken for gone."""
    fields = cast("dict[str, str]", client.hgetall(keys.live))
    return Live(moment(fields["at"]), frozenset(json.loads(fields["ids"]))) if fields else None

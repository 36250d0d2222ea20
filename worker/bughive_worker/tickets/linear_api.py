"""Linear's API: one request, one answer or the error that it means."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bughive_protocol.errors import IntegrationUnavailable
from bughive_worker.net.outbound import Outbound
from bughive_worker.tickets.key import TrackerKey
from bughive_worker.tickets.linear_answers import Done, read
from bughive_worker.tickets.linear_errors import data_of
from bughive_worker.tickets.tracker import REQUEST_SECONDS

_MAX_ANSWER = 1_000_000


class LinearApi:
    """Linear as one key sees it."""

    def __init__(self, key: TrackerKey, outbound: Outbound, url: str) -> None:
        self.key = key
        self.outbound = outbound
        self._url = url

    async def ask(self, query: str, variables: Mapping[str, object]) -> Mapping[str, Any]:
        """The whole data of an answer. For the errors see ``Tracker``."""
        answer = await self.outbound.request(
            "POST",
            self._url,
            headers={"Authorization": _authorization(self.key.value), "Content-Type": "application/json"},
            body=json.dumps({"query": query, "variables": variables}).encode(),
            limit_bytes=_MAX_ANSWER,
            timeout_seconds=REQUEST_SECONDS,
        )
        return data_of(answer, datetime.now(UTC), self.key.source)

    async def do(self, mutation: str, field: str, variables: Mapping[str, object]) -> Done:
        """Change something; ``field`` is the mutation's name in Linear's schema."""
        done = read(Done, (await self.ask(mutation, variables)).get(field))
        if not done.success:
            raise IntegrationUnavailable(f"Linear did not do what it was asked to ({field})")
        return done


def _authorization(key: str) -> str:
    """Personal keys are sent as they are, the tokens of OAuth applications as such."""
    return f"Bearer {key}" if key.startswith("lin_oauth_") else key

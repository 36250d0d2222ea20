"""kopf watches CrawlSessions for us. It marks keys; it decides and writes nothing.

Only ``on.event`` is used: timers, daemons and ``on.delete`` would add finalizers, and change handlers
would patch annotations into each resource.
"""

import logging
from collections.abc import Callable, Mapping
from typing import Any

import kopf

from bughive_crds import GROUP, VERSION
from bughive_operator.api_server import PLURAL
from bughive_operator.sessions import Sessions


class KopfWatch:
    """The watch: puts what it sees into the cache and marks what changed."""

    def __init__(self, sessions: Sessions, mark: Callable[[str], None], probe: Callable[[], str]) -> None:
        self._sessions = sessions
        self._mark = mark
        self._probe = probe

    async def run(self, namespaces: tuple[str, ...], health_endpoint: str) -> None:
        """Watch until SIGTERM or SIGINT."""
        await kopf.operator(
            registry=self._registry(),
            settings=settings(namespaced=bool(namespaces)),
            standalone=True,
            clusterwide=not namespaces,
            namespaces=namespaces,
            liveness_endpoint=health_endpoint or None,
        )

    def seen(self, kind: str | None, body: Mapping[str, Any]) -> None:
        """Take in one event; ``kind`` is the watch's word for it, None in the first list."""
        uid = body["metadata"]["uid"]
        if kind == "DELETED":
            self._sessions.remove(uid)
            self._mark(uid)
        elif self._sessions.put(body):
            self._mark(uid)

    def _registry(self) -> kopf.OperatorRegistry:
        registry = kopf.OperatorRegistry()

        async def on_event(event: kopf.RawEvent, **_: object) -> None:
            self.seen(event["type"], event["object"])

        async def on_probe(**_: object) -> str:
            return self._probe()

        kopf.on.login(registry=registry)(kopf.login_via_client)
        kopf.on.event(GROUP, VERSION, PLURAL, registry=registry)(on_event)
        kopf.on.probe(id="loops", errors=kopf.ErrorsMode.PERMANENT, registry=registry)(on_probe)
        return registry


def settings(*, namespaced: bool) -> kopf.OperatorSettings:
    """Kopf's settings: watches that notice when they stall, and nothing written to resources."""
    chosen = kopf.OperatorSettings()
    chosen.watching.inactivity_timeout = 70
    chosen.watching.server_timeout = 300
    chosen.watching.client_timeout = 310
    chosen.watching.connect_timeout = 10
    chosen.networking.request_timeout = 30
    chosen.networking.enforce_retry_after = True
    chosen.posting.enabled = False
    chosen.posting.level = logging.WARNING
    chosen.scanning.disabled = namespaced
    return chosen

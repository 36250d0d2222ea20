"""Tells the ReplicaSet controller which worker's pod carries how much, so that scale-in takes an idle one first."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import structlog

from bughive_operator.api_call import ApiServerError, Body
from bughive_operator.api_server import ApiServer
from bughive_operator.sessions import Sessions

ANNOTATION = "controller.kubernetes.io/pod-deletion-cost"
SELECTOR = "bughive.dev/worker=true"
SESSION_COST = 100
INTERVAL_SECONDS = 5.0
"""An autoscaler decides every 15 s."""

log = structlog.get_logger(__name__)


class PodCosts:
    """Keeps each worker's pod annotated with what its deletion would cost."""

    def __init__(self, api: ApiServer, sessions: Sessions, namespace: str) -> None:
        """``namespace``: where the workers' pods are."""
        self._api = api
        self._sessions = sessions
        self._namespace = namespace

    async def round(self) -> None:
        """Patch the pods whose load has changed."""
        try:
            pods = await self._api.pods(self._namespace, SELECTOR)
            for name, cost in changes(pods, self._sessions.busy_workers()).items():
                await self._api.annotate_pod(self._namespace, name, {ANNOTATION: str(cost)})
        except ApiServerError as error:
            log.warning("the pods' deletion costs were not set; the next round tries again", error=str(error))


def changes(pods: Sequence[Body], workers: Iterable[str]) -> dict[str, int]:
    """The new costs of the pods whose annotation is not what it should be, by name. Pure.

    Args:
        pods: as the API server lists them.
        workers: who holds a session, one name for each, ``POD/PROCESS``.
    """
    load = Counter(worker.partition("/")[0] for worker in workers)
    wanted = {pod["metadata"]["name"]: SESSION_COST * load[pod["metadata"]["name"]] for pod in pods}
    shown = {pod["metadata"]["name"]: _shown(pod["metadata"].get("annotations") or {}) for pod in pods}
    return {name: cost for name, cost in wanted.items() if cost != shown[name]}


def _shown(annotations: Mapping[str, str]) -> int:
    cost = annotations.get(ANNOTATION, "0")
    return int(cost) if cost.removeprefix("-").isdecimal() else 0

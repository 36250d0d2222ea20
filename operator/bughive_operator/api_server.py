"""The API server: the few calls the operator makes, in threads, each with a limit on its time."""

import asyncio
import contextlib
import functools
import time
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor

import kopf
from kubernetes.client import ApiClient

from bughive_crds import API_VERSION, GROUP, VERSION
from bughive_crds.crawl_report import REPORTS_SERVICE_ANNOTATION
from bughive_operator import metrics
from bughive_operator.api_call import APPLY_PATCH, JSON, MERGE_PATCH, ApiCall, ApiServerError, Body, NotFound, send
from bughive_operator.clock import ServerClock
from bughive_operator.cluster_login import kopf_credentials
from bughive_operator.observation import Named, Resource
from bughive_operator.schedule.observation import Schedule
from bughive_protocol.control import Digest

PLURAL = Resource.plural
SCHEDULES = Schedule.plural
REPORTS = "crawlreports"
FIELD_MANAGER = "bughive-operator"
TIMEOUT_SECONDS = (10, 30)
"""To connect, and to read."""
PAGE = 500


class ApiServer:
    """Calls the API server and keeps the clock by its answers."""

    def __init__(
        self, client: ApiClient, clock: ServerClock, threads: int, timeout: tuple[float, float] = TIMEOUT_SECONDS
    ) -> None:
        """``timeout``: the limits of each call in seconds, to connect and to read."""
        self._client = client
        self._clock = clock
        self._timeout = timeout
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="api-server")

    def with_limits(self, timeout: tuple[float, float]) -> "ApiServer":
        """The same login with a thread of its own, and other limits on each call's time."""
        return ApiServer(self._client, self._clock, 1, timeout)

    def kopf_credentials(self) -> kopf.ConnectionInfo:
        """The login that this client has, for kopf."""
        return kopf_credentials(self._client)

    def close(self) -> None:
        """Let the threads end once their calls have."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def version(self) -> str:
        """The API server's version. Also sets the clock."""
        return str((await self._call("GET", "/version"))["gitVersion"])

    async def definition(self, plural: str) -> Body:
        """The CustomResourceDefinition of one of our kinds."""
        return await self._call("GET", f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{plural}.{GROUP}")

    async def every(self, plural: str, namespaces: tuple[str, ...]) -> AsyncIterator[Body]:
        """Every resource of a kind in these namespaces (none: of the cluster), read from the majority of etcd."""
        for path in [_path(plural, namespace) for namespace in namespaces] or [_path(plural)]:
            query = {"limit": str(PAGE)}
            while True:
                page = await self._call("GET", path, query=query)
                for item in page["items"]:
                    yield item
                if not page["metadata"].get("continue"):
                    break
                query["continue"] = page["metadata"]["continue"]

    async def read(self, resource: Named) -> Body:
        """The resource of this name as it is now."""
        return await self._call("GET", _path(resource.plural, resource.namespace, resource.name))

    async def session(self, namespace: str, name: str) -> Body:
        """The CrawlSession of this name as it is now."""
        return await self._call("GET", _path(PLURAL, namespace, name))

    async def create_session(self, namespace: str, body: Body) -> Body:
        """Create a CrawlSession.

        Raises:
            Conflict: there is one of this name already.
        """
        return await self._call("POST", _path(PLURAL, namespace), body, query={"fieldManager": FIELD_MANAGER})

    async def patch_status(self, resource: Named, changes: Body) -> Body:
        """Merge changes into the status, if the resource is still as it was observed.

        Raises:
            Conflict: it is not.
        """
        body = {"metadata": {"resourceVersion": resource.resource_version}, "status": changes}
        path = f"{_path(resource.plural, resource.namespace, resource.name)}/status"
        return await self._call("PATCH", path, body, MERGE_PATCH, {"fieldManager": FIELD_MANAGER})

    async def delete_session(self, resource: Resource) -> None:
        """Delete this very session, not a later one of its name."""
        body = {"preconditions": {"uid": resource.uid}, "propagationPolicy": "Background"}
        await self._call("DELETE", _path(PLURAL, resource.namespace, resource.name), body)

    async def apply_report(self, resource: Resource, digest: Digest, reports_service: str = "") -> None:
        """Write the CrawlReport of a session, or write it again.

        ``reports_service``: where its files are served, such as ``bughive/bughive-operator:reports``; may be empty.
        """
        body = {
            "apiVersion": API_VERSION,
            "kind": "CrawlReport",
            "metadata": {
                "name": resource.name,
                "namespace": resource.namespace,
                "ownerReferences": [{**_reference(resource), "controller": True}],
                "annotations": {REPORTS_SERVICE_ANNOTATION: reports_service} if reports_service else {},
            },
            "report": digest.content.model_dump(mode="json", by_alias=True, exclude_none=True),
        }
        query = {"fieldManager": FIELD_MANAGER, "force": "true"}
        await self._call("PATCH", _path(REPORTS, resource.namespace, resource.name), body, APPLY_PATCH, query)

    async def post_event(self, event: Body) -> None:
        """Post an event, as ``event_about`` made it."""
        await self._call("POST", f"/api/v1/namespaces/{event['metadata']['namespace']}/events", event)

    async def lease(self, namespace: str, name: str) -> Body:
        """The Lease as it is now."""
        return await self._call("GET", f"{_leases(namespace)}/{name}")

    async def write_lease(self, namespace: str, name: str, spec: Body, resource_version: str | None) -> None:
        """Change a Lease, if it still has this version; without one, create it.

        Raises:
            Conflict: it has changed, or exists already.
        """
        metadata = {"name": name, "namespace": namespace}
        body = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": metadata, "spec": spec}
        if resource_version is None:
            await self._call("POST", _leases(namespace), body)
        else:
            changes = {"metadata": {"resourceVersion": resource_version}, "spec": spec}
            await self._call("PATCH", f"{_leases(namespace)}/{name}", changes, MERGE_PATCH)

    async def pods(self, namespace: str, selector: str) -> list[Body]:
        """The pods with these labels."""
        items: list[Body] = (await self._call("GET", _pods(namespace), query={"labelSelector": selector}))["items"]
        return items

    async def annotate_pod(self, namespace: str, name: str, annotations: Mapping[str, str]) -> None:
        """Set annotations of a pod; one that is gone meanwhile is let be."""
        with contextlib.suppress(NotFound):
            changes = {"metadata": {"annotations": dict(annotations)}}
            await self._call("PATCH", f"{_pods(namespace)}/{name}", changes, MERGE_PATCH)

    async def secret(self, namespace: str, name: str) -> Body:
        """A Secret as it is now; each value of its data in base64.

        Raises:
            Forbidden: this namespace does not let us read it.
        """
        return await self._call("GET", f"/api/v1/namespaces/{namespace}/secrets/{name}")

    async def own_name(self) -> str:
        """The user that the API server takes us for, such as ``system:serviceaccount:bughive:bughive-operator``."""
        body = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
        review = await self._call("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", body)
        return str(review["status"]["userInfo"]["username"])

    async def _call(
        self,
        method: str,
        path: str,
        body: Body | None = None,
        content_type: str = JSON,
        query: Mapping[str, str] | None = None,
    ) -> Body:
        call = functools.partial(self._send, ApiCall(method, path, body, content_type, query or {}))
        try:
            with metrics.API_CALL_SECONDS.labels(method).time():
                return await asyncio.get_running_loop().run_in_executor(self._pool, call)
        except ApiServerError as error:
            metrics.API_ERRORS.labels(error.status).inc()
            raise

    def _send(self, call: ApiCall) -> Body:
        sent = time.monotonic()
        answer = send(self._client, call, self._timeout)
        if answer.date:
            self._clock.learn(answer.date, sent, time.monotonic())
        return answer.body


def _path(plural: str, namespace: str = "", name: str = "") -> str:
    folder = f"/apis/{GROUP}/{VERSION}" + (f"/namespaces/{namespace}" if namespace else "")
    return f"{folder}/{plural}" + (f"/{name}" if name else "")


def _pods(namespace: str) -> str:
    return f"/api/v1/namespaces/{namespace}/pods"


def _leases(namespace: str) -> str:
    return f"/apis/coordination.k8s.io/v1/namespaces/{namespace}/leases"


def event_about(resource: Named, event: Body) -> Body:
    """An event about a resource of ours, whole."""
    reference = {**_reference(resource), "namespace": resource.namespace}
    metadata = {"generateName": f"{resource.name[:200]}.", "namespace": resource.namespace}
    return {"metadata": metadata, "involvedObject": reference, **event}


def _reference(resource: Named) -> Body:
    return {"apiVersion": API_VERSION, "kind": resource.kind, "name": resource.name, "uid": resource.uid}

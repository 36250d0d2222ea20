"""The operator on a real API server and a real Redis, and a worker that does what a test tells it."""

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
import redis
import redis.asyncio
from fixtures.scripted_worker import URL, Worker, working
from kubernetes import client, config

from bughive_crds import GROUP, VERSION
from bughive_operator.api_server import ApiServer
from bughive_operator.clock import ServerClock
from bughive_operator.cluster_login import log_in
from bughive_operator.health import Health
from bughive_operator.messenger import CeleryMessenger, Messenger
from bughive_operator.operator_process import Operator
from bughive_operator.settings import OperatorSettings
from bughive_operator.startup import check_cluster
from bughive_protocol.broker import make_app
from bughive_protocol.connections import connect, connect_async
from bughive_protocol.control import SessionControl
from bughive_protocol.keys import Keys


class Users:
    """What a user does with kubectl, in one namespace.

    What tests wait for is read by the client library: kubectl, asked twenty times a second, keeps a core busy.
    """

    def __init__(self, cluster: Any, namespace: str) -> None:
        self._cluster = cluster
        self.namespace = namespace
        self._objects = client.CustomObjectsApi(config.new_client_from_config(str(cluster.kubeconfig)))

    async def kubectl(self, *arguments: str, stdin: str | None = None) -> str:
        return await asyncio.to_thread(self._cluster.kubectl, "--namespace", self.namespace, *arguments, stdin=stdin)

    async def apply(self, name: str = "shop", **spec: Any) -> str:
        """Create a session; returns its uid."""
        body = {
            "apiVersion": "bughive.dev/v1alpha1",
            "kind": "CrawlSession",
            "metadata": {"name": name},
            "spec": {"url": URL, **spec},
        }
        return json.loads(await self.kubectl("create", "-o", "json", "-f", "-", stdin=json.dumps(body)))["metadata"][
            "uid"
        ]

    async def change(self, name: str = "shop", **spec: Any) -> None:
        patch = json.dumps({"spec": spec})
        await self.kubectl("patch", "crawlsession", name, "--type=merge", "-p", patch)

    async def delete(self, name: str = "shop") -> None:
        await self.kubectl("delete", "crawlsession", name)

    async def get(self, name: str = "shop", plural: str = "crawlsessions") -> dict[str, Any]:
        read = self._objects.get_namespaced_custom_object
        return await asyncio.to_thread(read, GROUP, VERSION, self.namespace, plural, name)

    async def list(self, labels: str = "") -> list[dict[str, Any]]:
        """The sessions with these labels."""
        read = self._objects.list_namespaced_custom_object
        found = await asyncio.to_thread(read, GROUP, VERSION, self.namespace, "crawlsessions", label_selector=labels)
        return found["items"]

    async def status(self, name: str = "shop") -> dict[str, Any]:
        return (await self.get(name)).get("status", {})

    async def phase(self, phase: str, name: str = "shop", seconds: float = 20, **more: Any) -> dict[str, Any]:
        """Wait until the session has this phase and these other values in its status."""

        async def there() -> dict[str, Any] | None:
            status = await self.status(name)
            wanted = {"phase": phase, **more}
            return status if {key: status.get(key) for key in wanted} == wanted else None

        return await eventually(there, f"{name} is {phase} {more or ''}", seconds, lambda: self.status(name))


async def eventually(
    ready: Callable[[], Awaitable[Any]],
    what: str,
    seconds: float = 20,
    tell: Callable[[], Awaitable[Any]] | None = None,
) -> Any:
    """Wait for a true answer."""
    deadline = time.monotonic() + seconds
    while not (answer := await ready()):
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds} s in vain: {what}; it is {await tell() if tell else answer}")
        await asyncio.sleep(0.05)
    return answer


@pytest.fixture(name="eventually")
def eventually_fixture() -> Callable[..., Awaitable[Any]]:
    return eventually


@pytest.fixture
def users(cluster, namespace) -> Users:
    return Users(cluster, namespace)


@pytest.fixture
def settings(redis_url: str, key_prefix: str, namespace: str, kubeconfig) -> OperatorSettings:
    """The operator's settings with short waits."""
    return OperatorSettings(
        redis_url=redis_url,
        kubeconfig=str(kubeconfig),
        redis_key_prefix=key_prefix,
        watch_namespaces=(namespace,),
        redis_poll_seconds=0.1,
        outbox_seconds=0.1,
        progress_interval_seconds=0.2,
        resync_seconds=1,
        sweep_seconds=1,
        resend_after_seconds=0.5,
        stop_grace_seconds=1,
        takeover_grace_seconds=0.5,
        backoff_seconds=0.5,
        reports_service="bughive/bughive-operator:reports",
    )


@pytest.fixture
def environment(settings, tmp_path):
    """The variables of an operator that can start."""
    inherited = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    return {
        **inherited,
        "HOME": str(tmp_path),
        "KUBECONFIG": settings.kubeconfig,
        "REDIS_URL": settings.redis_url,
        "REDIS_KEY_PREFIX": settings.redis_key_prefix,
        "WATCH_NAMESPACES": settings.watch_namespaces[0],
        "REDIS_POLL_SECONDS": "0.1",
    }


@pytest.fixture
async def worker(settings: OperatorSettings) -> AsyncIterator[Worker]:
    async with working(settings) as worker:
        yield worker


@pytest.fixture
async def private_worker(settings: OperatorSettings, private_redis) -> AsyncIterator[Worker]:
    """A worker on the test's own Redis."""
    urls = {"redis_url": private_redis.url, "celery_broker_url": private_redis.url}
    async with working(settings.model_copy(update=urls)) as worker:
        yield worker


@pytest.fixture
def private_client(private_redis) -> Iterator[redis.Redis]:
    with connect(private_redis.url) as client:
        yield client


@pytest.fixture
async def control(settings: OperatorSettings) -> AsyncIterator[SessionControl]:
    async with connect_async(settings.redis_url) as client:
        yield SessionControl(client, Keys(settings.redis_key_prefix))


class Operators:
    """Starts operators in this process, and ends them as abruptly as a process can die."""

    def __init__(self, settings: OperatorSettings) -> None:
        self._settings = settings
        self._running: list[tuple[asyncio.Task[None], asyncio.Event, AsyncExitStack]] = []

    async def start(
        self,
        wrap_control: Callable[[SessionControl], SessionControl] = lambda control: control,
        wrap_messenger: Callable[[Messenger], Messenger] = lambda messenger: messenger,
        clock: ServerClock | None = None,
        **changes: Any,
    ) -> None:
        settings = self._settings.model_copy(update=changes)
        stack = AsyncExitStack()
        clock = clock or ServerClock()
        api = ApiServer(log_in(settings.kubeconfig, 4), clock, 4)
        stack.callback(api.close)
        messenger = CeleryMessenger(make_app(settings), 2)
        stack.callback(messenger.close)
        client = await stack.enter_async_context(connect_async(settings.redis_url))
        await check_cluster(api)
        control = wrap_control(SessionControl(client, Keys(settings.redis_key_prefix)))
        operator = Operator(settings, api, clock, control, wrap_messenger(messenger), Health(60))
        stop = asyncio.Event()
        self._running.append((asyncio.create_task(operator.run(stop)), stop, stack))

    async def stop(self) -> None:
        """As SIGTERM does it."""
        await self._end(lambda _, stop: stop.set())

    async def kill(self) -> None:
        """At once, wherever it is."""
        await self._end(lambda task, _: task.cancel())

    async def _end(self, end: Callable[[asyncio.Task[None], asyncio.Event], object]) -> None:
        running, self._running = self._running, []
        for task, stop, stack in running:
            end(task, stop)
            await asyncio.wait([task])
            await stack.aclose()
            if not task.cancelled() and (error := task.exception()):
                raise error


@pytest.fixture
async def operators(settings: OperatorSettings) -> AsyncIterator[Operators]:
    operators = Operators(settings)
    yield operators
    await operators.stop()


@pytest.fixture
async def operator(operators: Operators) -> Operators:
    await operators.start()
    return operators

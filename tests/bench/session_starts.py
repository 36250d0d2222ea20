"""How the sessions of the dispatch benchmark come into being: applied by a user, or sent without an operator."""

import asyncio
import re
import uuid
from collections.abc import Sequence
from itertools import cycle
from pathlib import Path
from typing import Any, Protocol

import redis.asyncio
from kubernetes import client as kubernetes
from kubernetes import config

from bughive_crds import GROUP, VERSION
from bughive_crds.crawl_session import CrawlSessionSpec
from bughive_protocol.broker import make_app
from bughive_protocol.control import DispatchOrder, SessionControl
from bughive_protocol.keys import Keys
from bughive_protocol.messages import RUN_CRAWL_SESSION, crawl_task_id
from bughive_protocol.settings import RedisSettings

PREFIX = "bench"
URL = "http://script.test/noop"
SECONDS = 30.0
WRITES = re.compile(r'^apiserver_request_total\{(?=[^}]*code="2..")([^}]*)\} (\S+)$', re.MULTILINE)


class Way(Protocol):
    """How a session comes into being."""

    def start(self) -> str:
        """Start one session; returns its id. Called in a thread."""
        ...


class Applied:
    """By the API server, as a user would."""

    def __init__(self, kubeconfig: Path, hands: int, namespaces: Sequence[str] = ("default",)) -> None:
        """``hands``: how many threads start sessions; ``namespaces`` take turns."""
        login = kubernetes.Configuration()
        config.load_kube_config(str(kubeconfig), client_configuration=login)  # type: ignore[no-untyped-call]
        login.connection_pool_maxsize = hands
        self.client = kubernetes.ApiClient(login)
        self._api = kubernetes.CustomObjectsApi(self.client)
        self._namespaces = cycle(namespaces)

    def start(self) -> str:
        body = {
            "apiVersion": f"{GROUP}/{VERSION}",
            "kind": "CrawlSession",
            "metadata": {"generateName": "bench-"},
            "spec": {"url": URL},
        }
        made: Any = self._api.create_namespaced_custom_object(
            GROUP, VERSION, next(self._namespaces), "crawlsessions", body
        )
        return str(made["metadata"]["uid"])

    def unfinished(self) -> int:
        """How many sessions do not show their end yet."""
        found: Any = self._api.list_cluster_custom_object(GROUP, VERSION, "crawlsessions")
        return sum(item.get("status", {}).get("phase") != "Completed" for item in found["items"])

    def writes(self) -> dict[str, int]:
        """How often the API server has let each kind of thing be written, creations of sessions left out."""
        request = self.client.param_serialize("GET", "/metrics", auth_settings=["BearerToken"])
        answer: Any = self.client.call_api(*request)
        text = answer.read()
        counts = {"status": 0, "reports": 0, "events": 0}
        for labels, value in WRITES.findall(text.decode()):
            label = dict(re.findall(r'(\w+)="([^"]*)"', labels))
            match label["resource"], label["subresource"], label["verb"]:
                case "crawlsessions", "status", "PATCH":
                    counts["status"] += int(float(value))
                case "crawlreports", "", "PATCH" | "APPLY" | "POST":
                    counts["reports"] += int(float(value))
                case "events", "", "POST":
                    counts["events"] += int(float(value))
        return counts


class Sent:
    """By what the operator would write and send."""

    def __init__(self, url: str, client: redis.asyncio.Redis, loop: asyncio.AbstractEventLoop) -> None:
        self._control = SessionControl(client, Keys(PREFIX))
        self._loop = loop
        self._app = make_app(RedisSettings(redis_url=url, redis_key_prefix=PREFIX))
        self._spec = CrawlSessionSpec(url=URL).model_dump_json(by_alias=True)

    def start(self) -> str:
        session_id = str(uuid.uuid4())
        order = DispatchOrder(session_id, "bench", "session", 1, 1, self._spec)
        asyncio.run_coroutine_threadsafe(self._control.dispatch(order), self._loop).result(SECONDS)
        task_id = crawl_task_id(session_id, 1, 0)
        self._app.send_task(RUN_CRAWL_SESSION, (session_id, 1, 0), task_id=task_id, ignore_result=True)
        return session_id

"""The receiver that docs/integrations.md shows, and the demo's, against messages as they are sent."""

import base64
import json
import os
import re
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from bughive_dev.integrations.webhook_receiver import Receiver as DemoReceiver
from bughive_worker.webhooks.signature import headers_of

ROOT = Path(__file__).parents[4]
PAGE = (ROOT / "docs/integrations.md").read_text()
OWN = f"whsec_{base64.b64encode(os.urandom(32)).decode()}"
(EXAMPLE,) = re.findall(r"^```json\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def documented() -> dict[str, Any]:
    (code,) = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    names: dict[str, Any] = {"__name__": "receiver"}
    exec(compile(code, "receiver.py", "exec"), names)
    return names


@pytest.fixture
def serve(monkeypatch) -> Iterator[Callable[[type[BaseHTTPRequestHandler]], str]]:
    """Serve a receiver; yields its address."""
    monkeypatch.setenv("WEBHOOK_SECRET", OWN)
    servers: list[tuple[HTTPServer, threading.Thread]] = []

    def serve(handler: type[BaseHTTPRequestHandler]) -> str:
        server = HTTPServer(("127.0.0.1", 0), handler)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        servers.append((server, thread))
        return f"http://127.0.0.1:{server.server_port}/"

    yield serve
    for server, thread in servers:
        server.shutdown()
        server.server_close()
        thread.join(5)


def post(address: str, headers: dict[str, str], body: str) -> int:
    request = urllib.request.Request(address, body.encode(), headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def test_the_documented_receiver_takes_what_is_signed_once_and_nothing_else(serve, capsys) -> None:
    address = serve(documented()["Receiver"])
    headers = headers_of("msg_1", EXAMPLE, datetime.now(UTC), (OWN,))
    assert post(address, headers, EXAMPLE) == 204
    assert post(address, headers, EXAMPLE) == 204
    assert post(address, headers, EXAMPLE.replace("Completed", "Failed")) == 401
    unsigned = headers_of("msg_2", EXAMPLE, datetime.now(UTC), ())
    assert post(address, unsigned, EXAMPLE) == 401
    assert capsys.readouterr().out.splitlines() == ["session.finished web shop"]


def test_the_demos_receiver_tells_what_is_signed_from_what_is_not(serve, capsys) -> None:
    address = serve(DemoReceiver)
    assert post(address, headers_of("msg_1", EXAMPLE, datetime.now(UTC), (OWN,)), EXAMPLE) == 204
    assert post(address, headers_of("msg_2", EXAMPLE, datetime.now(UTC), ()), EXAMPLE) == 401
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(one["id"], one["verified"]) for one in told] == [("msg_1", True), ("msg_2", False)]


def test_the_documented_message_is_one_by_the_published_schema() -> None:
    schema = json.loads((ROOT / "docs/webhook.schema.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(json.loads(EXAMPLE))

"""The demo's webhook: a receiver that verifies signatures, and says what it was told."""

import base64
import json
import os
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bughive_crds.model import Severity
from bughive_crds.webhooks import WebhookEvent
from bughive_dev.cluster import Cluster
from bughive_dev.integrations.integration import Arrival
from bughive_dev.program import Program
from bughive_dev.supervision import Supervision
from bughive_dev.waiting import wait_until

RECEIVER = "webhook-receiver"
SECRET = "demo-webhook"  # noqa: S105 - the name of one


class Webhook:
    """A webhook with a signing secret, told of everything."""

    name = "Webhook"

    def __init__(self) -> None:
        self._signing_secret = f"whsec_{base64.b64encode(os.urandom(32)).decode()}"
        self._log = Path()

    def start(self, supervision: Supervision) -> Mapping[str, str]:
        """Start the receiver."""
        argv = [sys.executable, "-m", "bughive_dev.integrations.webhook_receiver"]
        env = {"WEBHOOK_SECRET": self._signing_secret}
        supervision.start(Program(name=RECEIVER, argv=argv, port=0, env=env))
        self._log = supervision.home / f"{RECEIVER}.log"

        def announced() -> bool:
            supervision.check_alive(RECEIVER)
            return self._log.read_text().endswith("\n")

        wait_until("the webhook's receiver tells its address", announced, 30.0)
        return {}

    def configure(self, cluster: Cluster) -> Mapping[str, Any]:
        """Put the signing secret beside the session."""
        cluster.kubectl("create", "secret", "generic", SECRET, f"--from-literal=secret={self._signing_secret}")
        address = self._log.read_text().splitlines()[0]
        return {"webhooks": [{"url": address, "secretRef": {"name": SECRET}}]}

    def arrived(self) -> Arrival:
        """The messages, by their types."""
        return summed_up([json.loads(line) for line in self._log.read_text().splitlines()[1:]])


def summed_up(received: Sequence[Mapping[str, Any]]) -> Arrival:
    """Of what the receiver wrote; a message that came twice counts once."""
    messages = {one["id"]: one["message"] for one in received}
    unsigned = len({one["id"] for one in received if not one["verified"]})
    told: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for message in messages.values():
        told[message["type"]].append(message["data"])
    lines = tuple(f"{event:<16}  {line(told[event])}" for event, line in _LINES.items() if event in told)
    signed = f"{unsigned} of them NOT SIGNED" if unsigned else "every signature valid"
    return Arrival(f"{len(messages)} messages, {signed}", lines)


def _started(told: Sequence[Mapping[str, Any]]) -> str:
    return ", ".join(f"{data['session']['namespace']}/{data['session']['name']}" for data in told)


def _found(told: Sequence[Mapping[str, Any]]) -> str:
    counts = Counter(bug["severity"] for data in told for bug in data["bugs"])
    by_severity = ", ".join(f"{counts[severity]} {severity}" for severity in Severity if counts[severity])
    return f"{counts.total()} bugs in {len(told)} messages: {by_severity}"


def _finished(told: Sequence[Mapping[str, Any]]) -> str:
    return ", ".join(f"{data['phase']}, {data['outcome']}: {data['bugs']['total']} bugs" for data in told)


_LINES = {
    WebhookEvent.SESSION_STARTED: _started,
    WebhookEvent.BUG_FOUND: _found,
    WebhookEvent.SESSION_FINISHED: _finished,
}

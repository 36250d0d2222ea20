"""The demo's webhook: a receiver that verifies signatures, and says what it was told."""

import base64
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console

from bughive_dev.cluster import Cluster
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

    def show(self, console: Console) -> None:
        """One line for each message."""
        for line in self._log.read_text().splitlines()[1:]:
            arrived = json.loads(line)
            mark = "[green]signed[/]" if arrived["verified"] else "[bold red]not signed by us[/]"
            console.print(f"  {mark}  {arrived['id']}  {_told(arrived['message'])}", highlight=False)


def _told(message: dict[str, Any]) -> str:
    data = message.get("data", {})
    match message.get("type"):
        case "bug.found":
            titles = [bug["title"] for bug in data["bugs"]]
            more = f", and {len(titles) - 1} more" if len(titles) > 1 else ""
            return f"bug.found         {titles[0]}{more}"
        case "session.finished":
            return f"session.finished  {data['phase']}, {data['outcome']}: {data['bugs']['total']} bugs"
        case kind:
            return f"{kind}   {data['session']['namespace']}/{data['session']['name']}"

"""The demo's Linear: a server that holds requests against Linear's own schema, and keeps the tickets it gets."""

import json
import sys
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bughive_dev.checkout import ROOT
from bughive_dev.cluster import Cluster
from bughive_dev.integrations.integration import Arrival
from bughive_dev.program import Program
from bughive_dev.supervision import Supervision
from bughive_dev.waiting import wait_until

SERVER = "linear"
SECRET = "demo-linear"  # noqa: S105 - the name of one
_PRIORITIES = {1: "Urgent", 2: "High", 3: "Medium", 4: "Low"}


class Linear:
    """A workspace with a team for the web site."""

    name = "Linear"

    def __init__(self) -> None:
        self._log = Path()

    def start(self, supervision: Supervision) -> Mapping[str, str]:
        """Start the server, and let the workers take it for Linear."""
        argv = [sys.executable, "-m", "services.linear"]
        supervision.start(Program(name=SERVER, argv=argv, port=0, env={"PYTHONPATH": str(ROOT / "tests")}))
        self._log = supervision.home / f"{SERVER}.log"

        def announced() -> bool:
            supervision.check_alive(SERVER)
            return self._log.read_text().endswith("\n")

        wait_until("Linear's server tells its address", announced, 30.0)
        return {"BUGHIVE_LINEAR_API_URL": f"{self._said()['url']}/graphql"}

    def configure(self, cluster: Cluster) -> Mapping[str, Any]:
        """Put the API key beside the session."""
        cluster.kubectl("create", "secret", "generic", SECRET, f"--from-literal=api-key={self._said()['key']}")
        asked = {"teamKey": "WEB", "secretRef": {"name": SECRET}, "maxTickets": 5, "labels": ["bughive"]}
        return {"tickets": {"linear": asked}}

    def arrived(self) -> Arrival:
        """The tickets, in the order of their numbers."""
        with urllib.request.urlopen(f"{self._said()['url']}/issues", timeout=10) as answer:  # noqa: S310 - our own server
            issues = json.load(answer)
        pictured = sum(issue["picture"] for issue in issues)
        return Arrival(
            f"{len(issues)} tickets, {pictured} of them with a picture",
            tuple(f"{one['identifier']:<6}  {_PRIORITIES[one['priority']]:<6}  {one['title']}" for one in issues),
        )

    def _said(self) -> dict[str, str]:
        said: dict[str, str] = json.loads(self._log.read_text().splitlines()[0])
        return said

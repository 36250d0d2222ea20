"""The demo's S3: the store that the chart brings along, for reports and pictures."""

import asyncio
import signal
import urllib.request
from collections.abc import Mapping
from secrets import token_hex
from typing import Any

from bughive_dev.artifacts import artifact_store_of
from bughive_dev.cluster import Cluster
from bughive_dev.integrations.integration import Arrival
from bughive_dev.ports import free_ports
from bughive_dev.program import Program
from bughive_dev.supervision import Supervision
from bughive_dev.versitygw import artifact_store
from bughive_dev.waiting import wait_until
from bughive_protocol.artifact_names import is_picture

SERVER = "artifact-store"


class S3:
    """A store of its own, with the bucket ``bughive``."""

    name = "S3"

    def __init__(self) -> None:
        self._environment: dict[str, str] = {}

    def start(self, supervision: Supervision) -> Mapping[str, str]:
        """Start the store, and let the workers keep everything there."""
        (port,) = free_ports(1)
        endpoint, key, secret = f"http://127.0.0.1:{port}", token_hex(8), token_hex(16)
        env = {
            "BUGHIVE_ARTIFACTS_DATA": str(supervision.home / "s3"),
            "VGW_PORT": endpoint.removeprefix("http://"),
            "ROOT_ACCESS_KEY": key,
            "ROOT_SECRET_KEY": secret,
        }
        program = str(artifact_store() / "artifact-store")
        supervision.start(Program(name=SERVER, argv=[program], port=port, env=env, stop_signal=signal.SIGTERM))

        def healthy() -> bool:
            supervision.check_alive(SERVER)
            try:
                with urllib.request.urlopen(f"{endpoint}/healthz", timeout=1):  # noqa: S310 - our own server
                    return True
            except OSError:
                return False

        wait_until("the S3 store is healthy", healthy, 30.0)
        self._environment = {
            "BUGHIVE_ARTIFACT_URL": "s3://bughive/reports",
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_ACCESS_KEY_ID": key,
            "AWS_SECRET_ACCESS_KEY": secret,
        }
        return self._environment

    def configure(self, cluster: Cluster) -> Mapping[str, Any]:  # noqa: ARG002 - no Secret is needed
        """Nothing: where pictures go is no session's choice."""
        return {}

    def arrived(self) -> Arrival:
        """How many pictures, and what of the report."""
        stored = [file for file, _ in asyncio.run(artifact_store_of(self._environment).files())]
        reports = sorted(file.name for file in stored if not is_picture(file.name))
        pictures = len(stored) - len(reports)
        return Arrival(f"{pictures} pictures, and the report in {len(reports)} formats", (", ".join(reports),))

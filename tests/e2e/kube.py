"""kubectl and helm, as a user calls them."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from bughive_dev.helm import helm
from bughive_dev.hyperkube import hyperkube

NAMESPACE = "bughive"
"""Where BugHive is installed."""


RESTRICTED = {
    "apiVersion": "v1",
    "kind": "Namespace",
    "metadata": {"name": NAMESPACE, "labels": {"pod-security.kubernetes.io/enforce": "restricted"}},
}
"""The namespace of the release, which takes `restricted` pods only."""


class Kube:
    """kubectl and helm on one cluster."""

    def __init__(self, kubeconfig: Path, home: Path) -> None:
        self.home = home
        self.env = {"KUBECONFIG": str(kubeconfig), "HOME": str(home), "PATH": os.environ["PATH"]}
        self._kubectl = home / "kubectl"
        self._kubectl.symlink_to(hyperkube())
        self._helm = helm()

    def run(self, command: list[str], stdin: str | None = None, seconds: float = 300) -> str:
        done = subprocess.run(
            command, env=self.env, input=stdin, capture_output=True, text=True, timeout=seconds, check=False
        )
        if done.returncode:
            raise AssertionError(f"{' '.join(command)}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
        return done.stdout

    def kubectl(self, *arguments: str, stdin: str | None = None) -> str:
        return self.run([str(self._kubectl), *arguments], stdin)

    def helm(self, *arguments: str) -> str:
        return self.run([str(self._helm), *arguments, "--namespace", NAMESPACE])

    def get(self, *arguments: str) -> Any:
        return json.loads(self.kubectl("get", *arguments, "-o", "json"))

    def apply(self, *objects: dict[str, Any]) -> None:
        self.kubectl("apply", "-f", "-", stdin=json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}))

"""The chart as helm renders it."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from bughive_dev.checkout import ROOT
from bughive_dev.helm import helm
from bughive_dev.kube_score import kube_score

CHART = ROOT / "charts/bughive"
ALL_WELL = 10
"""The best of kube-score's grades; below it are "almost", "warning" and "critical"."""
Objects = list[dict[str, Any]]


class Refused(Exception):
    """helm would not render these values; the text is what it says."""


class Chart:
    """Renders the chart."""

    def __init__(self, program: Path, home: Path) -> None:
        self._program = program
        self._values = home / "values.yaml"
        self._env = {"HOME": str(home), "PATH": "/usr/bin:/bin"}

    def render(self, values: dict[str, Any] | None = None) -> Objects:
        self._values.write_text(json.dumps(values or {}))
        command = [str(self._program), "template", "bughive", str(CHART), "--namespace", "bughive"]
        done = subprocess.run(
            [*command, "--values", str(self._values)], env=self._env, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise Refused(done.stderr)
        return [found for found in yaml.safe_load_all(done.stdout) if found]

    def lint(self) -> str:
        done = subprocess.run(
            [str(self._program), "lint", "--strict", str(CHART)],
            env=self._env,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout if done.returncode else ""


@pytest.fixture(scope="session")
def score() -> Callable[[Objects], list[str]]:
    """What kube-score finds amiss in objects: "check: object: what"."""
    program = kube_score()

    def score(objects: Objects) -> list[str]:
        done = subprocess.run(
            [str(program), "score", "--output-format", "json", "-"],
            input=yaml.safe_dump_all(objects),
            capture_output=True,
            text=True,
            check=False,
        )
        return [
            f"{check['check']['id']}: {found['object_name']}: {comment['path']} {comment['summary']}"
            for found in json.loads(done.stdout)
            for check in found["checks"]
            if not check["skipped"] and check["grade"] < ALL_WELL
            for comment in check["comments"] or [{"path": "", "summary": ""}]
        ]

    return score


@pytest.fixture(scope="session")
def chart(tmp_path_factory: pytest.TempPathFactory) -> Chart:
    return Chart(helm(), tmp_path_factory.mktemp("helm"))


@pytest.fixture
def render(chart: Chart) -> Callable[..., Objects]:
    return chart.render


def of_kind(objects: Objects, kind: str, name: str = "") -> Objects:
    return [one for one in objects if one["kind"] == kind and one["metadata"]["name"].endswith(name)]


def pod_specs(objects: Objects) -> dict[str, dict[str, Any]]:
    """The template of every pod that the chart makes, by what makes it: metadata and spec."""
    found = {}
    for one in objects:
        name, spec = f"{one['kind']}/{one['metadata']['name']}", one.get("spec", {})
        if one["kind"] == "Pod":
            found[name] = {"metadata": one["metadata"], "spec": spec}
        elif one["kind"] == "CronJob":
            found[name] = spec["jobTemplate"]["spec"]["template"]
        elif "template" in spec:
            found[name] = spec["template"]
    return found


def environment(template: dict[str, Any]) -> dict[str, Any]:
    """The first container's environment; what comes from elsewhere is its source."""
    entries = template["spec"]["containers"][0].get("env", [])
    return {entry["name"]: entry.get("value", entry.get("valueFrom")) for entry in entries}

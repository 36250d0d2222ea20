"""The recipes of docs/pipelines.md: their own words, run by a shell as a pipeline runs them."""

import json
import os
import re
import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import yaml
from fixtures.commands import BUGHIVE
from fixtures.small_site import small_site

from bughive_crds.crawl_session import Phase
from bughive_dev.checkout import ROOT

pytestmark = pytest.mark.timeout(240)
PAGE = (ROOT / "docs/pipelines.md").read_text()
BLOCKS = re.findall(r"(?ms)^### (.+?)$.*?^```yaml\n(.*?)^```$", PAGE)
RECIPES = {title: yaml.safe_load(text) for title, text in BLOCKS}
GITHUB, GITLAB = "GitHub Actions", "GitLab CI"


def file_named(name: str) -> str:
    """A file that the page shows."""
    (text,) = re.findall(rf"(?ms)^```yaml\n# {re.escape(name)}\n(.*?)^```$", PAGE)
    return text


def script(recipe: str) -> tuple[str, ...]:
    """The command line that runs a recipe's crawl, as its runner puts it together."""
    if recipe.startswith(GITLAB):
        return ("bash", "-eo", "pipefail", "-c", "\n".join(RECIPES[recipe]["bughive"]["script"]))
    (step,) = (each for each in RECIPES[recipe]["jobs"]["crawl"]["steps"] if each.get("name") == "Crawl")
    # In a container of the job's own GitHub takes sh, which knows less.
    return ("sh" if "container" in RECIPES[recipe]["jobs"]["crawl"] else "bash", "-e", "-c", step["run"])


def run(recipe: str, place: Path, session: str, **environment: str) -> int:
    """Run a recipe where ``session`` is crawl.yaml. Returns its exit code."""
    (place / "crawl.yaml").write_text(session)
    commands = f"{Path(BUGHIVE).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        script(recipe), cwd=place, env={**os.environ, **environment, "PATH": commands}, check=False, timeout=180
    )
    return done.returncode


def left(place: Path) -> tuple[int, int]:
    """What the pipeline then uploads: how many results of SARIF, how many failures of JUnit."""
    recipe = RECIPES[GITLAB]["bughive"]["artifacts"]["reports"]["junit"]
    (log,) = json.loads((place / "report/report.sarif").read_text())["runs"]
    return len(log["results"]), len(list(ET.parse(place / recipe).iter("failure")))


def test_each_recipe_uploads_what_the_command_writes():
    for recipe in (GITHUB, f"{GITHUB}, with a cluster"):
        uploads = [step["with"] for step in RECIPES[recipe]["jobs"]["crawl"]["steps"] if "with" in step]
        assert uploads == [{"sarif_file": "report/report.sarif"}, {"name": "bughive-report", "path": "report/"}]
    for recipe in (GITLAB, f"{GITLAB}, with a cluster"):
        artifacts = RECIPES[recipe]["bughive"]["artifacts"]
        assert artifacts == {
            "when": "always",
            "paths": ["report/"],
            "reports": {"junit": "report/report.junit.xml"},
        }


@pytest.mark.parametrize("recipe", [GITHUB, GITLAB])
def test_without_a_cluster_the_pipeline_fails_on_what_fail_on_says(recipe, chromium, tmp_path):
    with small_site() as url:
        session = file_named("crawl.yaml").replace("https://staging.shop.example/", url)
        assert run(recipe, tmp_path, session, BUGHIVE_CHROMIUM=chromium) == 1
        results, failures = left(tmp_path)
        assert results >= failures > 0

        lenient = session.replace("severity: High", "severity: Critical")
        assert run(recipe, tmp_path, lenient, BUGHIVE_CHROMIUM=chromium) == 0
        assert left(tmp_path) == (results, 0)


def test_a_site_that_cannot_be_crawled_fails_the_pipeline_too(chromium, tmp_path):
    session = file_named("crawl.yaml").replace("https://staging.shop.example/", "http://127.0.0.1:9/")
    assert run(GITHUB, tmp_path, session, BUGHIVE_CHROMIUM=chromium) == 2


@pytest.fixture(scope="module")
def pipeline(installation, tmp_path_factory) -> Path:
    """The kubeconfig of somebody who has the rights that the page names, and no others."""
    rights = file_named("pipeline-rights.yaml").replace("namespace: web", f"namespace: {installation.namespace}")
    role = rights.partition("---\n")[0]
    installation.kubectl("apply", "-f", "-", stdin=role)
    installation.kubectl("create", "serviceaccount", "pipeline")
    account = f"{installation.namespace}:pipeline"
    installation.kubectl("create", "rolebinding", "pipeline", "--role=bughive-pipeline", f"--serviceaccount={account}")
    token = installation.kubectl("create", "token", "pipeline").strip()
    config = json.loads(installation.kubectl("config", "view", "--raw", "-o", "json"))
    config["users"] = [{"name": config["users"][0]["name"], "user": {"token": token}}]
    for context in config["contexts"]:
        context["context"]["namespace"] = installation.namespace
    file = tmp_path_factory.mktemp("pipeline") / "kubeconfig"
    file.write_text(json.dumps(config))
    return file


@pytest.mark.parametrize("recipe", [f"{GITHUB}, with a cluster", f"{GITLAB}, with a cluster"])
def test_with_a_cluster_the_pipeline_fails_on_what_fail_on_says(recipe, installation, pipeline, tmp_path):
    session = (
        file_named("crawl.yaml")
        .replace("https://staging.shop.example/", installation.site)
        .replace("maxPages: 200", "maxPages: 4")
        .replace("severity: High", "severity: Low")
    )
    name = f"shop-{recipe[:6].lower()}"
    assert run(recipe, tmp_path, session, KUBECONFIG=str(pipeline), NAME=f"{name}-1") == 1
    results, failures = left(tmp_path)
    assert results >= failures > 0
    assert installation.status(f"{name}-1").phase is Phase.COMPLETED

    lenient = session.replace("severity: Low", "severity: Critical")
    assert run(recipe, tmp_path, lenient, KUBECONFIG=str(pipeline), NAME=f"{name}-2") == 0
    assert left(tmp_path)[1] == 0


def test_with_a_cluster_a_session_that_fails_fails_the_pipeline(installation, pipeline, tmp_path):
    session = file_named("crawl.yaml").replace("https://staging.shop.example/", "http://127.0.0.1:9/")
    session = session.replace("failOn:", "backoffLimit: 0\n  failOn:")
    recipe = f"{GITLAB}, with a cluster"
    assert run(recipe, tmp_path, session, KUBECONFIG=str(pipeline), NAME="unreachable") != 0
    assert installation.status("unreachable").phase is Phase.FAILED

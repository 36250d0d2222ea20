"""What a real API server says to good and bad CrawlSessions."""

import json
import subprocess
from pathlib import Path

import pytest
import yaml

from bughive_crds.crawl_session import MUTABLE_FIELDS, CrawlSessionSpec

RULES = yaml.safe_load((Path(__file__).parents[2] / "data/crawl_session_rules.yaml").read_text())

FULL = {
    "url": "https://a.example/",
    "scope": {"maxPages": 7},
    "browser": {"locale": "de"},
    "auth": {"type": "Basic", "secretRef": {"name": "shop-login"}},
    "checks": {"minSeverity": "High"},
    "failOn": {"count": 2},
    "artifacts": {"screenshots": "None"},
    "startAt": "2030-01-01T00:00:00Z",
    "queueDeadlineSeconds": 60,
    "activeDeadlineSeconds": 60,
    "backoffLimit": 1,
    "shards": 2,
    "resultCache": {"maxAgeSeconds": 3600},
}
CHANGED = {
    "url": "https://b.example/",
    "scope": {"maxPages": 8},
    "browser": {"locale": "fr"},
    "auth": {"type": "Basic", "secretRef": {"name": "other-login"}},
    "checks": {"minSeverity": "Low"},
    "failOn": {"count": 3},
    "artifacts": {"screenshots": "Findings"},
    "startAt": "2031-01-01T00:00:00Z",
    "queueDeadlineSeconds": 61,
    "activeDeadlineSeconds": 61,
    "backoffLimit": 2,
    "shards": 3,
    "resultCache": {"maxAgeSeconds": 7200},
}
REQUIRED = {"url"}


@pytest.fixture
def kubectl(kubeconfig, namespace):
    def run(*arguments: str, manifest: dict | None = None) -> subprocess.CompletedProcess:
        command = ["kubectl", "--kubeconfig", str(kubeconfig), "--namespace", namespace, *arguments]
        stdin = json.dumps(manifest) if manifest else None
        return subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=30, check=False)

    return run


def session(spec: dict, name: str = "shop") -> dict:
    spec = {key: value.replace("{long}", "x" * 2048) if key == "url" else value for key, value in spec.items()}
    return {"apiVersion": "bughive.dev/v1alpha1", "kind": "CrawlSession", "metadata": {"name": name}, "spec": spec}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["rule"])
def test_the_api_server_takes_the_good_spec_and_names_what_is_wrong_with_the_bad_one(kubectl, rule):
    good = kubectl("create", "-f", "-", manifest=session(rule["good"]))
    assert good.returncode == 0, good.stderr
    bad = kubectl("create", "-f", "-", manifest=session(rule["bad"], "bad"))
    assert bad.returncode != 0
    assert rule["message"] in bad.stderr


@pytest.mark.parametrize("field", FULL)
def test_a_field_that_is_set_cannot_be_changed(kubectl, field):
    kubectl("create", "-f", "-", manifest=session(FULL))
    change = kubectl("patch", "crawl", "shop", "--type=merge", "-p", json.dumps({"spec": {field: CHANGED[field]}}))
    assert f"spec.{field} cannot be changed: delete this CrawlSession or create a new one" in change.stderr


@pytest.mark.parametrize("field", [field for field in FULL if field not in REQUIRED])
def test_a_field_cannot_be_added_or_removed_later(kubectl, field):
    kubectl("create", "-f", "-", manifest=session({"url": FULL["url"]}))
    add = kubectl("patch", "crawl", "shop", "--type=merge", "-p", json.dumps({"spec": {field: FULL[field]}}))
    assert f"spec.{field} cannot be changed" in add.stderr
    kubectl("create", "-f", "-", manifest=session(FULL, "full"))
    remove = kubectl("patch", "crawl", "full", "--type=merge", "-p", json.dumps({"spec": {field: None}}))
    assert f"spec.{field} cannot be changed" in remove.stderr


def test_the_mutable_fields_can_be_changed_added_and_removed(kubectl):
    kubectl("create", "-f", "-", manifest=session(FULL))
    for spec in ({"suspend": True}, {"priority": "High"}, {"ttlSecondsAfterFinished": 5}, {"cancel": True}):
        change = kubectl("patch", "crawl", "shop", "--type=merge", "-p", json.dumps({"spec": spec}))
        assert change.returncode == 0, change.stderr
    for field in ("suspend", "priority", "ttlSecondsAfterFinished"):
        change = kubectl("patch", "crawl", "shop", "--type=merge", "-p", json.dumps({"spec": {field: None}}))
        assert change.returncode == 0, change.stderr
    assert set(MUTABLE_FIELDS) == {"suspend", "priority", "ttlSecondsAfterFinished", "cancel"}


def test_a_cancel_cannot_be_taken_back(kubectl):
    kubectl("create", "-f", "-", manifest=session({**FULL, "cancel": True}))
    undo = kubectl("patch", "crawl", "shop", "--type=merge", "-p", '{"spec": {"cancel": false}}')
    assert "spec.cancel cannot be taken back: create a new CrawlSession" in undo.stderr


def test_an_unknown_field_is_refused_by_name(kubectl):
    refused = kubectl("create", "-f", "-", manifest=session({"url": "https://a.example/", "scope": {"maxPage": 1}}))
    assert 'unknown field "spec.scope.maxPage"' in refused.stderr


def test_the_api_server_fills_in_the_same_defaults_as_the_model(kubectl):
    kubectl("create", "-f", "-", manifest=session({"url": "https://a.example/"}))
    stored = json.loads(kubectl("get", "crawl", "shop", "-o", "json").stdout)["spec"]
    ours = CrawlSessionSpec(url="https://a.example/")
    assert CrawlSessionSpec.model_validate(stored) == ours
    assert stored == ours.model_dump(mode="json", by_alias=True, exclude_none=True)


def test_kubectl_get_shows_the_columns_and_explain_reads_as_documentation(kubectl):
    kubectl("create", "-f", "-", manifest=session({"url": "https://a.example/"}))
    status = {"phase": "Running", "progress": {"pages": "12/100"}, "bugs": {"total": 3, "critical": 1}}
    kubectl("patch", "crawl", "shop", "--subresource=status", "--type=merge", "-p", json.dumps({"status": status}))
    header, row = kubectl("get", "crawlsessions").stdout.splitlines()
    assert header.split() == ["NAME", "PHASE", "PAGES", "BUGS", "CRITICAL", "OUTCOME", "AGE"]
    assert row.split()[:5] == ["shop", "Running", "12/100", "3", "1"]
    wide = kubectl("get", "crawl", "-o", "wide").stdout.splitlines()[0].split()
    assert wide[7:] == ["URL", "CURRENT", "WORKER", "ATTEMPT", "REPORT"]
    explained = kubectl("explain", "crawlsession.spec.scope").stdout
    assert "Which pages of the site are visited." in explained
    assert "The most pages to visit." in explained

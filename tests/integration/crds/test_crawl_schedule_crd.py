"""What a real API server says to good and bad CrawlSchedules."""

import json
import subprocess
from pathlib import Path

import pytest
import yaml

from bughive_crds.crawl_schedule import CrawlScheduleSpec

RULES = yaml.safe_load((Path(__file__).parents[2] / "data/crawl_schedule_rules.yaml").read_text())
TEMPLATE = {"sessionTemplate": {"spec": {"url": "https://a.example/"}}}


@pytest.fixture
def kubectl(kubeconfig, namespace):
    def run(*arguments: str, manifest: dict | None = None) -> subprocess.CompletedProcess:
        command = ["kubectl", "--kubeconfig", str(kubeconfig), "--namespace", namespace, *arguments]
        stdin = json.dumps(manifest) if manifest else None
        return subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=30, check=False)

    return run


def schedule(spec: dict, name: str = "shop") -> dict:
    return {
        "apiVersion": "bughive.dev/v1alpha1",
        "kind": "CrawlSchedule",
        "metadata": {"name": name},
        "spec": {**TEMPLATE, **spec},
    }


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["rule"])
def test_the_api_server_takes_the_good_spec_and_names_what_is_wrong_with_the_bad_one(kubectl, rule):
    good = kubectl("create", "-f", "-", manifest=schedule(rule["good"]))
    assert good.returncode == 0, good.stderr
    bad = kubectl("create", "-f", "-", manifest=schedule(rule["bad"], "bad"))
    assert bad.returncode != 0
    assert rule["message"] in bad.stderr


def test_a_name_leaves_room_for_the_names_of_its_sessions(kubectl):
    good = kubectl("create", "-f", "-", manifest=schedule({"schedule": "@daily"}, "s" * 52))
    assert good.returncode == 0, good.stderr
    bad = kubectl("create", "-f", "-", manifest=schedule({"schedule": "@daily"}, "s" * 53))
    assert "metadata.name must have at most 52 characters: the names of its sessions begin with it" in bad.stderr


def test_everything_may_be_changed(kubectl):
    kubectl("create", "-f", "-", manifest=schedule({"schedule": "@daily"}))
    other = {
        "schedule": "0 3 * * MON",
        "timeZone": "Europe/Berlin",
        "jitterSeconds": 60,
        "concurrencyPolicy": "Forbid",
        "startingDeadlineSeconds": 60,
        "suspend": True,
        "runAt": "2030-01-01T00:00:00Z",
        "successfulSessionsHistoryLimit": 9,
        "failedSessionsHistoryLimit": 9,
        "sessionTemplate": {"spec": {"url": "https://b.example/"}},
    }
    assert set(other) == {field.alias for field in CrawlScheduleSpec.model_fields.values()}
    change = kubectl("patch", "crawlschedule", "shop", "--type=merge", "-p", json.dumps({"spec": other}))
    assert change.returncode == 0, change.stderr


def test_an_unknown_field_of_the_template_is_refused_by_name(kubectl):
    template = {"sessionTemplate": {"spec": {"url": "https://a.example/", "scope": {"maxPage": 1}}}}
    refused = kubectl("create", "-f", "-", manifest=schedule({"schedule": "@daily", **template}))
    assert 'unknown field "spec.sessionTemplate.spec.scope.maxPage"' in refused.stderr


def test_the_api_server_fills_in_the_same_defaults_as_the_model(kubectl):
    kubectl("create", "-f", "-", manifest=schedule({"schedule": "@daily"}))
    stored = json.loads(kubectl("get", "crawlschedule", "shop", "-o", "json").stdout)["spec"]
    ours = CrawlScheduleSpec.model_validate({"schedule": "@daily", **TEMPLATE})
    assert CrawlScheduleSpec.model_validate(stored) == ours
    assert stored == ours.model_dump(mode="json", by_alias=True, exclude_none=True)


def test_kubectl_get_shows_the_columns_and_explain_reads_as_documentation(kubectl):
    kubectl("create", "-f", "-", manifest=schedule({"schedule": "0 3 * * *", "timeZone": "Europe/Berlin"}))
    status = {
        "activeCount": 1,
        "active": [{"name": "shop-20260601-0300", "uid": "a"}],
        "lastScheduleTime": "2026-06-01T03:00:00Z",
        "nextScheduleTime": "2099-06-01T03:00:00Z",
    }
    kubectl(
        "patch", "crawlschedule", "shop", "--subresource=status", "--type=merge", "-p", json.dumps({"status": status})
    )
    header, row = kubectl("get", "crawlschedules").stdout.splitlines()
    assert header.split() == ["NAME", "SCHEDULE", "TIMEZONE", "SUSPEND", "ACTIVE", "LAST", "NEXT", "AGE"]
    assert row.split()[:9] == ["shop", "0", "3", "*", "*", "*", "Europe/Berlin", "false", "1"]
    assert row.split()[10] == "2099-06-01T03:00:00Z"
    wide = kubectl("get", "crawlschedule", "-o", "wide").stdout.splitlines()[0].split()
    assert wide[8:] == ["POLICY", "SCHEDULED", "URL"]
    assert "by its IANA name" in kubectl("explain", "crawlschedule.spec.timeZone").stdout

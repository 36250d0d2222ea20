"""The operator's settings."""

import inspect

import pytest
from pydantic import ValidationError

from bughive_operator.policy import Policy
from bughive_operator.quota import Quota
from bughive_operator.settings import OperatorSettings
from bughive_protocol.settings import load


def test_every_setting_is_documented():
    undocumented = [name for name, field in OperatorSettings.model_fields.items() if not field.description]
    assert undocumented == []


def test_the_policy_without_settings_is_the_policy_of_the_default_settings(monkeypatch):
    for name in OperatorSettings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    assert OperatorSettings().policy() == Policy()


def test_every_number_of_the_policy_can_be_set():
    assert set(inspect.signature(Policy).parameters) <= {
        name.removesuffix("_seconds") for name in OperatorSettings.model_fields
    }


@pytest.mark.parametrize(
    ("text", "namespaces"), [("", ()), ("web", ("web",)), (" web, shop ,", ("web", "shop"))], ids=["none", "one", "two"]
)
def test_namespaces_are_a_list_with_commas(monkeypatch, text, namespaces):
    monkeypatch.setenv("WATCH_NAMESPACES", text)
    assert OperatorSettings().watch_namespaces == namespaces


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{bad", "NAMESPACE_QUOTAS: not valid JSON: Expecting property name"),
        ('{"team-a": {"maxRuning": 1}}', "NAMESPACE_QUOTAS (team-a.maxRuning): Extra inputs are not permitted"),
        (
            '{"team-a": {"maxPages": -1}}',
            "NAMESPACE_QUOTAS (team-a.maxPages): Input should be",
        ),
    ],
)
def test_a_quota_that_makes_no_sense_is_refused_by_its_place(monkeypatch, capsys, text, message):
    monkeypatch.setenv("NAMESPACE_QUOTAS", text)
    with pytest.raises(SystemExit):
        load(OperatorSettings)
    assert capsys.readouterr().err.startswith(message)


def test_quotas_are_for_all_for_each_namespace_and_for_those_that_are_named(monkeypatch):
    monkeypatch.setenv("MAX_PAGES", "9000")
    monkeypatch.setenv("NAMESPACE_MAX_RUNNING", "2")
    monkeypatch.setenv("NAMESPACE_QUOTAS", '{"team-a": {"maxPages": 500}}')
    quotas = OperatorSettings().quotas()
    assert (quotas.total, quotas.of("team-b"), quotas.of("team-a")) == (Quota(10, 9000), Quota(2), Quota(None, 500))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("MAX_RUNNING", "0"),
        ("SWEEP_SECONDS", "-1"),
        ("HEALTH_ENDPOINT", "8080"),
        ("HEALTH_ENDPOINT", "http://0.0.0.0:8080/metrics"),
        ("REPORTS_SERVICE", "bughive"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused_by_its_name(monkeypatch, name, text):
    monkeypatch.setenv(name, text)
    with pytest.raises(ValidationError, match=name.lower()):
        OperatorSettings()

"""The operator's settings."""

import inspect

import pytest
from pydantic import ValidationError

from bughive_operator.policy import Policy
from bughive_operator.settings import OperatorSettings


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

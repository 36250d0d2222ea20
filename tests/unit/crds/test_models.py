"""The models refuse what the API server refuses, with the same words."""

from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from bughive_crds.__main__ import rendered
from bughive_crds.crawl_schedule import CrawlScheduleSpec
from bughive_crds.crawl_session import MUTABLE_FIELDS, CrawlSessionSpec, Phase
from bughive_crds.definition import crawl_schedule, crawl_session
from bughive_crds.model import Severity

DATA = Path(__file__).parents[2] / "data"
RULES = yaml.safe_load((DATA / "crawl_session_rules.yaml").read_text())
SCHEDULE_RULES = yaml.safe_load((DATA / "crawl_schedule_rules.yaml").read_text())
TEMPLATE = {"sessionTemplate": {"spec": {"url": "https://a.example/"}}}


def manifest(spec: dict) -> dict:
    return {key: value.replace("{long}", "x" * 2048) if key == "url" else value for key, value in spec.items()}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["rule"])
def test_a_model_keeps_the_good_spec_and_names_what_is_wrong_with_the_bad_one(rule):
    CrawlSessionSpec.model_validate(manifest(rule["good"]))
    with pytest.raises(ValidationError) as refused:
        CrawlSessionSpec.model_validate(manifest(rule["bad"]))
    assert rule["model"] in str(refused.value)


@pytest.mark.parametrize("rule", SCHEDULE_RULES, ids=lambda rule: rule["rule"])
def test_the_model_of_a_schedule_keeps_the_good_spec_and_names_what_is_wrong_with_the_bad_one(rule):
    CrawlScheduleSpec.model_validate({**TEMPLATE, **rule["good"]})
    with pytest.raises(ValidationError) as refused:
        CrawlScheduleSpec.model_validate({**TEMPLATE, **rule["bad"]})
    assert rule["model"] in str(refused.value)


def test_an_unknown_field_is_refused_by_name():
    with pytest.raises(ValidationError, match="maxPage\n"):
        CrawlSessionSpec.model_validate({"url": "https://a.example/", "scope": {"maxPage": 1}})


def test_the_generated_files_are_fresh():
    for path, text in rendered().items():
        assert path.read_text() == text, f"{path.name} is stale: run `python -m bughive_crds`"


def fields(schema: dict, path: str = "") -> list[tuple[str, dict]]:
    found = [(f"{path}.{name}", part) for name, part in schema.get("properties", {}).items()]
    return found + [deeper for name, part in found for deeper in fields(part, name)]


def properties(definition: dict) -> dict:
    return definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]


SCHEMA = properties(crawl_session())


@pytest.mark.parametrize(("name", "schema"), fields(SCHEMA["spec"]) + fields(properties(crawl_schedule())["spec"]))
def test_every_field_of_the_spec_is_described_and_bounded(name, schema):
    assert schema.get("description"), f"{name} has no description for kubectl explain"
    bound = {"array": "maxItems", "string": "maxLength", "integer": "maximum", "number": "maximum"}.get(schema["type"])
    bounded = bound is None or bound in schema or "enum" in schema or schema.get("format") == "date-time"
    assert bounded, f"{name} has no {bound}: CEL and etcd need a budget"


def test_every_field_but_the_mutable_ones_has_a_rule_against_change():
    rules = SCHEMA["spec"]["x-kubernetes-validations"]
    guarded = {
        rule["message"].split()[0].removeprefix("spec.") for rule in rules if "cannot be changed" in rule["message"]
    }
    assert guarded == set(SCHEMA["spec"]["properties"]) - set(MUTABLE_FIELDS)


def test_final_phases_are_final_and_severities_are_ordered():
    assert [phase for phase in Phase if phase.terminal] == [Phase.COMPLETED, Phase.FAILED, Phase.CANCELLED]
    assert sorted(Severity, key=lambda severity: severity.rank) == list(Severity)
    assert Severity.CRITICAL.at_least(Severity.HIGH)
    assert not Severity.LOW.at_least(Severity.MEDIUM)

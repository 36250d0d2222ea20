"""Every alert and every panel asks for what the code really counts, in PromQL that Prometheus can read."""

import json
import re

import promql_parser
import pytest
import yaml

from bughive_dev.checkout import ROOT
from bughive_dev.metrics_page import ROOMS, described

FILES = ROOT / "charts" / "bughive" / "files"
GROUPS = yaml.safe_load((FILES / "alerts.yaml").read_text())
ALERTS = [rule for group in GROUPS for rule in group["rules"]]
DASHBOARD = json.loads((FILES / "dashboard.json").read_text())
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
GRAFANA = {"$__rate_interval": "5m", "$__range": "1h", "$__interval": "1m"}
FROM_SCRAPING = {"namespace", "instance", "le"}
"""Labels that the scrape adds, and that of a histogram's buckets."""

LABELS = {series: set(one.labels) for _, room in ROOMS for one in described(room) for series in one.series}


def queries() -> list[pytest.param]:
    alerts = [pytest.param(alert["expr"], id=alert["alert"]) for alert in ALERTS]
    return alerts + [
        pytest.param(resolved(target["expr"]), id=f"{panel['title']} {target['refId']}")
        for panel in PANELS
        for target in panel["targets"]
    ]


def resolved(query: str) -> str:
    """A panel's query with Grafana's variables filled in."""
    for variable, value in GRAFANA.items():
        query = query.replace(variable, value)
    return query.replace("$namespace", ".*")


def parts(query: str, kind: type) -> list:
    found = []
    promql_parser.walk(promql_parser.parse(query), lambda part: found.append(part) if isinstance(part, kind) else None)
    return found


@pytest.mark.parametrize("query", queries())
def test_a_query_parses_and_asks_for_metrics_and_labels_that_exist(query: str) -> None:
    selectors = parts(query, promql_parser.VectorSelector)
    assert selectors
    assert [selector.name for selector in selectors if selector.name not in LABELS] == []
    for selector in selectors:
        asked = {matcher.name for matcher in selector.matchers.matchers}
        assert asked <= LABELS[selector.name] | FROM_SCRAPING
    known = FROM_SCRAPING.union(*(LABELS[selector.name] for selector in selectors))
    for aggregation in parts(query, promql_parser.AggregateExpr):
        assert aggregation.modifier is None or set(aggregation.modifier.labels) <= known


def test_a_wrong_query_would_be_noticed() -> None:
    with pytest.raises(ValueError, match="unclosed left parenthesis"):
        promql_parser.parse("sum by (namespace (bughive_operator_leader)")


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert["alert"])
def test_an_alert_says_what_it_is_how_bad_it_is_and_what_to_do(alert) -> None:
    assert alert["labels"]["severity"] in {"critical", "warning"}
    assert set(alert["annotations"]) == {"summary", "description", "runbook_url"}
    name = alert["alert"]
    assert alert["annotations"]["runbook_url"] == f"docs/runbooks.md#{name.lower()}"
    (section,) = re.findall(rf"^## {name}\n(.*?)(?=^## |\Z)", runbooks(), re.MULTILINE | re.DOTALL)
    for part in ("Meaning", "Impact", "Look at", "Do"):
        assert f"**{part}.**" in section


def test_every_runbook_has_its_alert_and_names_metrics_that_exist() -> None:
    assert re.findall(r"^## (\w+)$", runbooks(), re.MULTILINE) == [alert["alert"] for alert in ALERTS]
    exposed = set(LABELS) | {one.name for _, room in ROOMS for one in described(room)}
    assert set(re.findall(r"bughive_(?:operator|worker)_\w+", runbooks())) <= exposed


def test_the_panels_stand_apart_and_take_the_data_source_that_was_chosen() -> None:
    rows = [panel["title"] for panel in DASHBOARD["panels"] if panel["type"] == "row"]
    assert rows == ["Overview", "Queue", "Crawl", "Browser", "Operator"]
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        at = panel["gridPos"]
        cells = {(at["x"] + dx, at["y"] + dy) for dx in range(at["w"]) for dy in range(at["h"])}
        assert not taken & cells, panel["title"]
        assert max(x for x, _ in cells) < 24
        taken |= cells
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])
    assert {panel["datasource"]["uid"] for panel in PANELS} == {"${datasource}"}
    assert [variable["name"] for variable in DASHBOARD["templating"]["list"]] == ["datasource", "namespace"]


def test_every_metric_is_shown_or_explained() -> None:
    shown = {selector.name for query in queries() for selector in parts(query.values[0], promql_parser.VectorSelector)}
    for _, room in ROOMS:
        for one in described(room):
            assert shown & set(one.series), f"{one.name} is in no panel and no alert"


@pytest.mark.parametrize("one", [one for _, room in ROOMS for one in described(room)], ids=lambda one: one.name)
def test_a_metric_is_named_as_prometheus_wants_it(one) -> None:
    assert re.fullmatch(r"bughive_(operator|worker)_[a-z_]+", one.name)
    assert one.name.endswith("_total") == (one.sort == "counter")
    assert one.sort != "histogram" or one.name.endswith("_seconds")
    assert one.meaning.endswith(".")
    assert len(one.meaning) > 15
    assert not {"url", "session", "session_id", "name", "namespace", "host", "pod", "instance", "job"} & set(one.labels)


def runbooks() -> str:
    return (ROOT / "docs" / "runbooks.md").read_text()

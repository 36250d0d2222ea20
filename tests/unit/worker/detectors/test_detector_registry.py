from collections import Counter

import pytest

from bughive_crds.crawl_session import ChecksSpec
from bughive_crds.model import Severity
from bughive_protocol.errors import InvalidSpec
from bughive_protocol.frontier import LinkItem, LinkResult, LinkVerdict
from bughive_worker.detectors.registry import DETECTORS, ORACLES, check_names, detect, detect_site, link_finding
from bughive_worker.observation import ConsoleEntry, ElementFact, ScriptError

ALL = ORACLES
BROKEN = {
    "exceptions": (ScriptError("cart is null", "at https://www.shop.example/cart.js:3:1"),),
    "console": (ConsoleEntry("error", "no prices"),),
}


def test_a_page_without_bugs_yields_nothing(finds):
    assert finds() == ()


def test_each_name_and_each_kind_belongs_to_one_detector():
    names = Counter(detector.name for detector in ALL)
    kinds = Counter(kind for detector in ALL for kind in detector.kinds)
    assert max(names.values()) == 1
    assert max(kinds.values()) == 1


def test_only_enabled_detectors_run(seen):
    kinds = {finding.kind for finding in detect(seen(**BROKEN), ChecksSpec(enable=("console-errors",)))}
    assert kinds == {"console-error"}


def test_disabled_detectors_do_not_run(seen):
    found = detect(seen(**BROKEN), ChecksSpec(disable=("console-errors",)))
    assert {finding.kind for finding in found} == {"uncaught-exception"}


def test_less_severe_bugs_are_left_out(seen):
    found = detect(seen(**BROKEN), ChecksSpec(min_severity=Severity.MEDIUM))
    assert {finding.kind for finding in found} == {"uncaught-exception"}


def test_what_one_visit_shows_twice_is_one_finding(finds):
    twice = (ScriptError("x is null"), ScriptError("x is null"))
    assert len(finds(exceptions=twice)) == 1


def test_an_unknown_name_is_refused_with_the_names_there_are():
    with pytest.raises(InvalidSpec, match=r"no detector is called spelling, typos\. There are: accessibility, .*slow-"):
        check_names(ChecksSpec(enable=("typos", "exceptions"), disable=("spelling",)))


def test_known_names_pass():
    check_names(ChecksSpec(enable=tuple(detector.name for detector in ALL)))


def test_link_checks_obey_the_checks():
    item = LinkItem(url="https://www.shop.example/gone", source="https://www.shop.example/")
    result = LinkResult(url=item.url, verdict=LinkVerdict.BROKEN, status=404)
    assert link_finding(item, result, ChecksSpec()) == link_finding(item, result)
    assert link_finding(item, result, ChecksSpec(disable=("broken-links",))) is None
    assert link_finding(item, result, ChecksSpec(min_severity=Severity.HIGH)) is None


def test_site_detectors_obey_the_checks(alike_pages):
    assert [finding.kind for finding in detect_site(alike_pages, ChecksSpec())] == [
        "duplicate-title",
        "duplicate-description",
    ]
    without = detect_site(alike_pages, ChecksSpec(disable=("duplicate-titles",)))
    assert [finding.kind for finding in without] == ["duplicate-description"]


def test_every_finding_is_of_a_kind_that_its_detector_names(seen):
    everything = seen(
        **BROKEN,
        headers={"content-type": "text/html"},
        dom={"title": "", "duplicate_ids": (ElementFact("#a", "a"),)},
    )
    for detector in DETECTORS:
        assert {finding.kind for finding in detector.detect(everything)} <= set(detector.kinds)

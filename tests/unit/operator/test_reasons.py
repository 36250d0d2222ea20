"""The reasons, and the page that explains them."""

import re
from pathlib import Path

import pytest

from bughive_operator.reasons import ConditionType, Reason, reason_of_error, reason_of_verdict
from bughive_operator.schedule.reasons import EventReason, ScheduleConditionType, ScheduleReason
from bughive_protocol import errors

PAGE = (Path(__file__).parents[3] / "docs/reasons.md").read_text()
OF_SESSIONS, OF_SCHEDULES = PAGE.split("# Conditions of a CrawlSchedule\n")
KINDS = [(OF_SESSIONS, ConditionType, Reason), (OF_SCHEDULES, ScheduleConditionType, ScheduleReason)]


@pytest.mark.parametrize(("page", "_types", "reasons"), KINDS, ids=["sessions", "schedules"])
def test_the_page_explains_every_reason_once_and_no_other(page, _types, reasons):
    explained = re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)
    assert sorted(explained) == sorted(reasons)


@pytest.mark.parametrize(("page", "types", "_reasons"), KINDS, ids=["sessions", "schedules"])
def test_the_page_has_a_chapter_for_every_condition(page, types, _reasons):
    assert re.findall(r"^## (\w+):", page, re.MULTILINE) == list(types)


def test_the_page_names_the_events_that_are_no_reason_of_a_condition():
    for reason in set(EventReason) - set(ScheduleReason):
        assert f"`{reason}`" in OF_SCHEDULES


@pytest.mark.parametrize("reason", [*Reason, *ScheduleReason, *EventReason])
def test_reasons_have_the_form_that_kubernetes_asks_for(reason):
    assert re.fullmatch(r"[A-Z][A-Za-z]{0,62}", reason)


@pytest.mark.parametrize("error", ["SiteUnreachable", "BrowserUnavailable", "EgressRefused", "InvalidSpec"])
def test_an_error_of_the_tree_is_a_reason_of_the_same_name(error):
    assert issubclass(getattr(errors, error), errors.BugHiveError)
    assert reason_of_error(error) == error


def test_words_that_nobody_knows_read_as_a_crawl_error():
    assert reason_of_error("ZeroDivisionError") is Reason.CRAWL_ERROR
    assert reason_of_verdict("FromTheFuture") is Reason.CRAWL_ERROR
    assert reason_of_verdict("PoisonSession") is Reason.POISON_SESSION

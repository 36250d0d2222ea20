"""Which reports go, and which are kept whatever their age."""

from datetime import UTC, datetime, timedelta

import pytest

from bughive_protocol.artifact_names import KEPT, ReportFile, picture_name
from bughive_protocol.live import Live
from bughive_worker.report.retention import by_session, too_old

NOW = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)
UID = "1b4e28ba-2fa1-11d2-883f-0016d3cca427"


def report(age: timedelta):
    (found,) = by_session([(ReportFile("shop", UID, "report.html"), NOW - age)])
    return found


def live(*ids: str, age: timedelta = timedelta()) -> Live:
    return Live(NOW - age, frozenset(ids))


@pytest.mark.parametrize(
    ("age", "listed"),
    [(99 * DAY, None), (99 * DAY, live(UID)), (29 * DAY, live()), (31 * DAY, live(age=31 * DAY))],
    ids=["nothing published", "its session is there", "young", "written after the list"],
)
def test_a_report_that_may_be_wanted_stays(age, listed):
    assert not too_old(report(age), listed, NOW, 30 * DAY)


def test_an_old_report_goes_once_its_session_is_gone():
    assert too_old(report(31 * DAY), live("another"), NOW, 30 * DAY)


def test_a_reports_pictures_go_with_it():
    page, picture = ReportFile("shop", UID, "report.html"), ReportFile("shop", UID, picture_name(b"content"))
    (found,) = by_session([(page, NOW - 40 * DAY), (picture, NOW - 41 * DAY)])
    assert found.files == (page, picture)
    assert too_old(found, live("another"), NOW, 30 * DAY)


def test_a_report_that_is_to_be_kept_stays_whatever_its_age():
    page, kept = ReportFile("shop", UID, "report.html"), ReportFile("shop", UID, KEPT)
    (found,) = by_session([(page, NOW - 9999 * DAY), (kept, NOW - 9999 * DAY)])
    assert not too_old(found, live("another"), NOW, 30 * DAY)


def test_a_report_is_as_old_as_its_newest_file():
    html, data = ReportFile("shop", UID, "report.html"), ReportFile("shop", UID, "report.json")
    other = ReportFile("web", UID, "report.html")
    first, second = by_session([(html, NOW - 9 * DAY), (other, NOW), (data, NOW - 2 * DAY)])
    assert (first.folder, first.files, first.written_at) == (f"shop/{UID}", (html, data), NOW - 2 * DAY)
    assert second.folder == f"web/{UID}"

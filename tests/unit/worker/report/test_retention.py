"""Which reports go, and which are kept whatever their age."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from bughive_protocol.artifact_names import KEPT, ReportFile, picture_name
from bughive_protocol.live import Live
from bughive_worker.report.retention import StoredReport, by_session, too_old

NOW = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)
UID = "1b4e28ba-2fa1-11d2-883f-0016d3cca427"


async def listed(*files):
    for file in files:
        yield file


def report(age: timedelta):
    return StoredReport("shop", UID, NOW - age, kept=False)


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


async def test_a_report_is_to_be_kept_whenever_its_mark_is_listed():
    page, kept = ReportFile("shop", UID, "report.html"), ReportFile("shop", UID, KEPT)
    picture, other = ReportFile("shop", UID, picture_name(b"content")), ReportFile("shop", "another", "report.html")
    for order in permutations((page, kept, picture, other)):
        found = await by_session(listed(*((file, NOW - 9999 * DAY) for file in order)))
        assert [one.folder for one in found if too_old(one, live("third"), NOW, 30 * DAY)] == ["shop/another"]
        assert [one.folder for one in found if one.kept] == [f"shop/{UID}"]


async def test_a_report_is_as_old_as_its_newest_file():
    html, data = ReportFile("shop", UID, "report.html"), ReportFile("shop", UID, "report.json")
    other = ReportFile("web", UID, "report.html")
    first, second = await by_session(listed((html, NOW - 9 * DAY), (other, NOW), (data, NOW - 2 * DAY)))
    assert (first.folder, first.written_at) == (f"shop/{UID}", NOW - 2 * DAY)
    assert second.folder == f"web/{UID}"

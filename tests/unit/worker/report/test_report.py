"""Reports say what was found, whatever was found."""

import json
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest
from fixtures.reported import NOW, bug, document

from bughive_crds.analysis import AnalysisStatus, AnalysisStop
from bughive_crds.crawl_report import MAX_BUGS, Artifact
from bughive_crds.crawl_session import FailOnSpec, Outcome
from bughive_crds.model import Severity
from bughive_protocol.artifact_names import picture_name
from bughive_protocol.finding import PlainWords
from bughive_protocol.picture import KeptPicture, page_subject
from bughive_worker.report.digest import MAX_BYTES, digest
from bughive_worker.report.history import Comparison
from bughive_worker.report.html import MAX_PICTURE_BYTES, fitting, render_html
from bughive_worker.report.verdict import count_bugs, outcome, worst_first

WEBP = b"RIFFpicture"
SCHEMA = jsonschema.Draft202012Validator(
    json.loads((Path(__file__).parents[4] / "docs/report.schema.json").read_text())
)


def kept(size: int = len(WEBP)) -> KeptPicture:
    name = picture_name(str(size).encode())
    return KeptPicture(name=name, url=f"https://store.example/{name}", width=8, height=6, size=size)


@pytest.mark.parametrize(
    ("severities", "fail_on", "expected"),
    [
        ([], FailOnSpec(), Outcome.PASSED),
        ([Severity.MEDIUM], FailOnSpec(), Outcome.PASSED),
        ([Severity.HIGH], FailOnSpec(), Outcome.BUGS_FOUND),
        ([Severity.CRITICAL], FailOnSpec(), Outcome.BUGS_FOUND),
        ([Severity.HIGH], FailOnSpec(count=2), Outcome.PASSED),
        ([Severity.HIGH, Severity.CRITICAL], FailOnSpec(count=2), Outcome.BUGS_FOUND),
        ([Severity.LOW], FailOnSpec(severity=Severity.LOW), Outcome.BUGS_FOUND),
    ],
)
def test_the_outcome_follows_fail_on(severities, fail_on, expected):
    assert outcome([bug(severity) for severity in severities], fail_on, None) is expected


def test_an_ignored_bug_is_shown_last_and_not_counted():
    shown = bug(Severity.LOW, title="shown")
    ignored = bug(Severity.CRITICAL, title="ignored")
    ignored = ignored.model_copy(update={"finding": ignored.finding.model_copy(update={"ignored": "third party"})})
    report = document(ignored, shown)

    assert (report.bugs.total, report.bugs.critical, report.bugs.ignored) == (1, 0, 1)
    assert report.outcome is Outcome.PASSED
    assert [finding.title for finding in report.findings] == ["shown", "ignored"]
    assert "third party" in render_html(report, {}).decode()
    content = digest(report, (Artifact(name="report.html", url="u"),)).content
    assert ([worst.title for worst in content.worst], content.omitted) == (["shown"], 0)


def test_pages_that_were_reused_are_marked_with_the_time_at_which_they_were_seen():
    report = document()
    (page,) = report.crawled
    assert "unchanged" not in render_html(report, {}).decode()

    reused = page.model_copy(update={"reused_from": datetime(2026, 1, 1, 3, 30, tzinfo=UTC)})
    pages = report.pages.model_copy(update={"reused": 1})
    html = render_html(report.model_copy(update={"crawled": (reused,), "pages": pages}), {}).decode()
    assert "1 unchanged since an earlier session, whose findings are reused" in html
    assert '<time datetime="2026-01-01T03:30:00+00:00">2026-01-01 03:30 UTC</time>' in html


def test_known_bugs_do_not_fail_a_session_that_asks_for_new_ones_only():
    known, new = bug(Severity.HIGH, title="known"), bug(Severity.HIGH, title="new")
    only_known = Comparison(since={known.finding.fingerprint: NOW})
    both = Comparison(new=frozenset({new.finding.fingerprint}), since={known.finding.fingerprint: NOW})
    new_only = FailOnSpec(new_only=True)

    assert outcome([known], new_only, only_known) is Outcome.PASSED
    assert outcome([known], FailOnSpec(), only_known) is Outcome.BUGS_FOUND
    assert outcome([known, new], new_only, both) is Outcome.BUGS_FOUND
    assert outcome([known], new_only, None) is Outcome.BUGS_FOUND, "a first session has nothing to compare with"
    counts = count_bugs([known, new], both)
    assert (counts.new, counts.known, counts.fixed) == (1, 1, 0)


def test_the_worst_and_most_frequent_come_first():
    bugs = [bug(Severity.LOW, occurrences=9), bug(Severity.HIGH, title="x"), bug(Severity.HIGH, occurrences=2)]
    assert [(item.finding.severity, item.occurrences) for item in worst_first(bugs)] == [
        (Severity.HIGH, 2),
        (Severity.HIGH, 1),
        (Severity.LOW, 9),
    ]


def test_report_json_is_valid_by_its_published_schema():
    data = json.loads(document(bug(Severity.HIGH), bug(Severity.LOW)).model_dump_json(by_alias=True))
    SCHEMA.validate(data)
    assert data["findings"][0]["firstSeen"]
    counts = {"total": 2, "critical": 0, "high": 1, "medium": 0, "low": 1, "ignored": 0}
    assert data["bugs"] == {**counts, "new": None, "known": None, "fixed": None}


def test_report_html_is_one_file_and_shows_the_bug_with_its_picture():
    item = bug(Severity.CRITICAL, title="Cart shows NaN")
    name = item.finding.fingerprint
    html = render_html(document(item).pictured({name: kept()}), {name: WEBP}).decode()
    assert "Cart shows NaN" in html
    assert "data:image/webp;base64," in html
    assert not [word for word in ('src="http', "<link", "@import", "url(") if word in html]


def test_pictures_go_into_the_file_while_they_fit_worst_first_and_others_are_links():
    worst, bad, small = (
        bug(Severity.CRITICAL, title="worst"),
        bug(Severity.HIGH, title="bad"),
        bug(Severity.LOW, title="small"),
    )
    large = kept(MAX_PICTURE_BYTES)
    sizes = {worst.finding.fingerprint: kept(10), bad.finding.fingerprint: large, small.finding.fingerprint: kept(11)}
    report = document(worst, bad, small).pictured(sizes)
    inside = fitting(report)
    assert inside == [worst.finding.fingerprint, small.finding.fingerprint]
    html = render_html(report, dict.fromkeys(inside, WEBP)).decode()
    assert html.count("data:image/webp;base64,") == 2
    assert html.count(f'href="{large.name}"') == 1
    assert html.count('href="pictures/') == 1


def test_a_picture_that_the_store_has_lost_is_a_link():
    item = bug(Severity.HIGH)
    picture = kept()
    html = render_html(document(item).pictured({item.finding.fingerprint: picture}), {}).decode()
    assert f'href="{picture.name}"' in html


def test_programs_learn_where_a_picture_is():
    item, other = bug(Severity.HIGH), bug(Severity.LOW)
    report = document(item, other).pictured({item.finding.fingerprint: kept()})
    data = json.loads(report.model_dump_json(by_alias=True))
    assert data["findings"][0]["picture"] == kept().model_dump()
    assert data["findings"][1]["picture"] is None
    SCHEMA.validate(data)


def test_each_page_has_its_picture_beside_the_report():
    report = document(bug(Severity.HIGH))
    (page,) = report.crawled
    other = page.model_copy(update={"url": "https://shop.example/other"})
    report = report.model_copy(update={"crawled": (page, other)}).pictured({page_subject(page.url): kept()})
    assert fitting(report) == [], "a report of many pages stays small"
    html = render_html(report, {}).decode()
    assert html.count(f'<a href="{kept().name}">Picture (') == 1
    data = json.loads(report.model_dump_json(by_alias=True))
    assert [each["picture"] for each in data["crawled"]] == [kept().model_dump(), None]
    assert data["findings"][0]["picture"] is None
    SCHEMA.validate(data)


def test_what_a_page_says_is_never_markup_in_the_report():
    html = render_html(document(bug(Severity.HIGH, title="<script>alert(1)</script>")), {}).decode()
    assert "<script>alert(1)" not in html
    assert "&lt;script&gt;alert(1)" in html


def test_a_models_words_stand_beside_the_rules_own_and_are_no_markup():
    told = bug(Severity.HIGH, title="Rule's own words")
    words = PlainWords(title="<b>Nothing</b> is wrong", steps=("Open <i>it</i>",))
    told = told.model_copy(update={"finding": told.finding.model_copy(update={"plain": words})})
    report = document(told)
    html = render_html(report, {}).decode()
    assert "Rule&#39;s own words" in html
    assert "In plain words:</strong> &lt;b&gt;Nothing&lt;/b&gt; is wrong" in html
    assert "<li>Open &lt;i&gt;it&lt;/i&gt;</li>" in html
    assert report.findings[0].plain == words


def test_the_report_says_what_the_language_model_was_asked_and_why_no_more():
    asked = AnalysisStatus(
        pages=2, recalled=1, calls=3, unusable=1, usd=0.01234, stopped=AnalysisStop.BUDGET_REACHED, message="too dear"
    )
    report = document().model_copy(update={"analysis": asked})
    html = render_html(report, {}).decode()
    assert "2 pages asked about, 1 answered by earlier sessions, 1 answers of no use, 0.0123 USD<br>too dear" in html
    assert digest(report, ()).content.analysis == asked
    assert "Language model" not in render_html(document(), {}).decode()


def test_the_report_says_what_was_not_visited_and_why():
    html = render_html(document(), {}).decode()
    assert "7 left out</a>, 2 more known" in html
    assert "<td>calendar</td><td>7</td>" in html
    assert "https://shop.example/2031/05" in html


def test_a_partial_report_says_so_and_gives_no_verdict():
    html = render_html(document(bug(Severity.HIGH), partial=True), {}).decode()
    assert "the session was stopped before it had seen every page" in html
    assert "No verdict" in html


def test_a_digest_holds_the_fifty_worst_bugs_and_counts_the_rest():
    bugs = [bug(Severity.LOW, title=f"b{number}") for number in range(60)] + [bug(Severity.CRITICAL)]
    content = digest(document(*bugs), (Artifact(name="report.html", url="file:///r"),)).content
    assert len(content.worst) == MAX_BUGS
    assert content.worst[0].severity is Severity.CRITICAL
    assert content.omitted == 61 - MAX_BUGS


def test_a_digest_stays_under_its_size_whatever_the_titles():
    bugs = [bug(Severity.HIGH, title=f"{number}" + "\U0001f41d" * 300) for number in range(60)]
    result = digest(document(*bugs), ())
    assert len(result.model_dump_json().encode()) < MAX_BYTES
    assert len(result.content.worst) + result.content.omitted == 60

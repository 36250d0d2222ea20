"""``bughive report`` against a real API server, through its real service proxy."""

import json

import pytest

from bughive_protocol.artifact_names import picture_name

HTML = b"<!doctype html>\n<title>Bugs</title><a href='/x'>x</a><img src=/y.png>" + b"bug " * 300_000
JSON = b'{"findings": []}'
SARIF = b'{"version": "2.1.0"}'
JUNIT = b"<testsuites/>"
FILES = {"report.html": HTML, "report.json": JSON, "report.sarif": SARIF, "report.junit.xml": JUNIT}
READ = {"apiGroups": ["bughive.dev"], "resources": ["crawlsessions", "crawlreports"], "verbs": ["get"]}


@pytest.fixture
def ended(user, reports, release) -> str:
    """A session that ended, its report in the store; its uid."""
    uid = user.session(phase="Completed")
    user.report(uid, release, "s3://bughive/reports")
    for name, data in FILES.items():
        reports.write(f"{user.namespace}/{uid}/{name}", data)
    return uid


@pytest.mark.usefixtures("ended")
def test_files_arrive_byte_for_byte_though_the_proxy_rewrites_html(user):
    done = user.bughive("shop", "--out", "got")
    assert done.returncode == 0, done.stderr
    assert {name: (user.home / "got" / name).read_bytes() for name in FILES} == FILES
    assert done.stdout.decode().split() == [f"got/{name}" for name in FILES]


@pytest.mark.usefixtures("ended")
def test_a_dash_prints_the_json_and_nothing_else(user):
    done = user.bughive("shop", "--out", "-")
    assert (done.returncode, done.stdout, done.stderr) == (0, JSON, b"")


@pytest.mark.usefixtures("ended")
def test_only_the_formats_that_are_asked_for_arrive(user):
    done = user.bughive("shop", "--out", "got", "--format", "junit", "--format", "sarif")
    assert done.stdout.decode().split() == ["got/report.junit.xml", "got/report.sarif"], done.stderr
    assert user.bughive("shop", "--out", "-", "--format", "sarif").stdout == SARIF


def test_pictures_arrive_beside_the_report_and_nowhere_else(user, reports, release):
    uid = user.session(phase="Completed")
    user.report(uid, release, "s3://bughive/reports")
    name = picture_name(b"content")
    findings = [{"picture": {"name": name}}, {"picture": None}, {}, {"picture": {"name": "../../evil.webp"}}]
    page, gone = picture_name(b"page"), picture_name(b"gone")
    crawled = [{"picture": {"name": page}}, {"picture": {"name": gone}}, {"picture": None}]
    data = json.dumps({"findings": findings, "crawled": crawled}).encode()
    reports.write(f"{user.namespace}/{uid}/report.json", data)
    for each, content in ((name, b"content"), (page, b"page")):
        reports.write(f"{user.namespace}/{uid}/{each}", content)
    done = user.bughive("shop", "--out", "got", "--format", "json", "--pictures")
    assert done.stdout.decode().split() == ["got/report.json", *sorted([f"got/{name}", f"got/{page}"])], done.stderr
    assert (user.home / "got" / name).read_bytes() == b"content"
    assert (user.home / "got" / page).read_bytes() == b"page"
    told = f"1 of 3 pictures cannot be had; of the last one: {gone} is no longer in the artifact store"
    assert (done.returncode, told in done.stderr.decode()) == (0, True), done.stderr


def test_a_report_of_an_older_version_is_fetched_as_it_is_and_says_what_it_lacks(user, reports, release):
    uid = user.session(phase="Completed")
    user.report(uid, release, "s3://bughive", written=("report.html", "report.json"))
    for name in ("report.html", "report.json"):
        reports.write(f"{user.namespace}/{uid}/{name}", FILES[name])
    done = user.bughive("shop", "--out", "got")
    assert done.stdout.decode().split() == ["got/report.html", "got/report.json"], done.stderr
    assert "has no report.sarif: an older version" in user.refusal("shop", "--format", "sarif")


@pytest.mark.usefixtures("ended")
def test_without_the_right_to_use_the_proxy_it_names_the_rule_and_with_that_rule_it_works(user, release):
    namespace = release.partition("/")[0]
    told = user.restricted((user.namespace, READ)).refusal("shop")
    assert f"Ask for a Role in the namespace {namespace}" in told
    name = "http:bughive-operator:reports"
    assert f'apiGroups: [""], resources: ["services/proxy"], resourceNames: ["{name}"], verbs: ["get"]' in told
    rule = {"apiGroups": [""], "resources": ["services/proxy"], "resourceNames": [name], "verbs": ["get"]}
    done = user.restricted((user.namespace, READ), (namespace, rule)).bughive("shop", "--out", "-")
    assert done.stdout == JSON, done.stderr


def test_without_the_right_to_get_sessions_it_names_the_rule(user):
    told = user.restricted().refusal("shop")
    assert f"You may not get crawlsessions in the namespace {user.namespace}" in told
    assert 'resources: ["crawlsessions", "crawlreports"]' in told


def test_a_session_that_is_not_there_is_said_to_be_missing(user):
    told = user.refusal("shop")
    assert f"There is no CrawlSession shop in the namespace {user.namespace}" in told


def test_a_session_that_runs_says_how_to_wait(user):
    user.session(phase="Running", progress={"pages": "3/20"})
    told = user.refusal("shop")
    assert "not finished: it is Running, 3/20 pages" in told
    assert "kubectl wait crawlsession/shop --for=condition=Finished" in told


def test_a_session_that_failed_without_a_report_says_why(user):
    user.session(phase="Failed", message="shop.example cannot be reached")
    assert "shop is Failed and has no report: shop.example cannot be reached" in user.refusal("shop")


def test_the_report_of_an_earlier_session_of_that_name_is_not_taken_for_this_ones(user):
    user.session(phase="Running")
    user.report("00000000-0000-4000-8000-000000000000", "", "s3://bughive")
    assert "not finished" in user.refusal("shop")


def test_a_partial_report_is_fetched_and_said_to_be_partial(user, reports, release):
    uid = user.session(phase="Cancelled")
    user.report(uid, release, "s3://bughive", partial=True)
    reports.write(f"{user.namespace}/{uid}/report.json", JSON)
    done = user.bughive("shop", "--out", "-")
    assert done.stdout == JSON
    assert b"The report is partial" in done.stderr


def test_a_report_that_was_removed_is_said_to_be(user, release):
    user.report(user.session(phase="Completed"), release, "s3://bughive")
    assert "report.html is no longer in the artifact store" in user.refusal("shop")


@pytest.mark.usefixtures("ended")
def test_an_operator_that_does_not_answer_is_told_from_a_missing_report(user, reports):
    reports.stop()
    assert "does not serve reports now (503" in user.refusal("shop")


def test_an_operator_that_serves_no_reports_says_where_they_are_and_what_to_set(user):
    user.report(user.session(phase="Completed"), "", "s3://bughive/reports")
    told = user.refusal("shop")
    assert "s3://bughive/reports/" in told
    assert "REPORTS_ENDPOINT and REPORTS_SERVICE" in told


def test_a_report_on_this_machine_is_copied(user, tmp_path):
    uid = user.session(phase="Completed")
    user.report(uid, "", (tmp_path / "here").as_uri())
    folder = tmp_path / "here" / user.namespace / uid
    picture = picture_name(b"content")
    (folder / "pictures").mkdir(parents=True)
    data = json.dumps({"findings": [{"picture": {"name": picture}}]}).encode()
    files = {**FILES, "report.json": data, picture: b"content"}
    for name, content in files.items():
        (folder / name).write_bytes(content)
    assert user.bughive("shop", "--pictures").returncode == 0
    assert {name: (user.home / "bughive-report" / name).read_bytes() for name in files} == files

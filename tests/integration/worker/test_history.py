"""Sessions of one site, one after the other: what is new, known, fixed, ignored."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from fixtures.small_site import PAGES, small_site

from bughive_crds.crawl_session import BrowserSpec, ChecksSpec, CrawlSessionSpec, FailOnSpec, Ignore, Outcome
from bughive_crds.model import Severity
from bughive_protocol.control import DispatchOrder


@contextmanager
def worker(lab) -> Iterator[None]:
    command = [str(Path(sys.executable).with_name("bughive-worker")), "--queues", "crawl", "--concurrency", "1"]
    running = subprocess.Popen(command, env=lab.environment(BUGHIVE_EGRESS_ALLOW_CIDRS="127.0.0.0/8"))
    try:
        yield
    finally:
        running.terminate()
        running.wait(30)


def crawl(lab, name: str, site: str, **spec):
    """Crawl the site in a session of that name. Returns its outcome, counts and report."""
    full = CrawlSessionSpec(url=site, browser=BrowserSpec(requests_per_second=100), **spec)
    order = DispatchOrder(name, "shop", name, 1, 1, full.model_dump_json(by_alias=True))
    assert lab.control(lambda control: control.dispatch(order))
    lab.send(name)
    lab.wait(f"the end of {name}", lambda: lab.observe(name).verdict, seconds=60)
    seen = lab.observe(name)
    assert seen.digest is not None
    (report,) = (file.url for file in seen.digest.content.artifacts if file.name == "report.json")
    return seen.verdict.outcome, seen.digest.content.bugs, json.loads(Path(unquote(urlsplit(report).path)).read_text())


def test_a_session_knows_what_earlier_ones_found(lab, monkeypatch: pytest.MonkeyPatch) -> None:
    new_only = FailOnSpec(new_only=True, severity=Severity.MEDIUM)
    with small_site() as site, worker(lab):
        outcome, bugs, _ = crawl(lab, "first", site, fail_on=new_only)
        assert (outcome, bugs.new, bugs.known, bugs.fixed) == (Outcome.BUGS_FOUND, None, None, None)

        outcome, bugs, report = crawl(lab, "second", site, fail_on=new_only)
        assert (outcome, bugs.new, bugs.known, bugs.fixed) == (Outcome.PASSED, 0, bugs.total, 0)
        assert {finding["new"] for finding in report["findings"]} == {False}

        monkeypatch.setitem(PAGES, "/about", '<title>About</title><h1>About</h1><a href="/">Home</a>')
        monkeypatch.setitem(PAGES, "/", PAGES["/"].replace("/gone", "/gone-too"))
        outcome, bugs, report = crawl(lab, "third", site, fail_on=new_only)
        assert outcome is Outcome.BUGS_FOUND
        assert {(finding["kind"], finding["new"]) for finding in report["findings"]} >= {("broken-link", True)}
        assert {bug["kind"] for bug in report["fixed"]} >= {"broken-link", "uncaught-exception"}
        assert bugs.fixed == len(report["fixed"])

        ignore = (Ignore(kind="broken-link", reason="moves next week"),)
        outcome, bugs, report = crawl(lab, "fourth", site, checks=ChecksSpec(ignore=ignore))
        assert outcome is Outcome.PASSED
        assert bugs.ignored == 1
        (shown,) = (finding for finding in report["findings"] if finding["kind"] == "broken-link")
        assert (shown["ignored"], shown["new"]) == ("moves next week", False)
        seen = lab.observe("fourth").bugs
        assert (seen.total, seen.ignored) == (bugs.total, 1)

"""The console command itself, with the real crawl, browser and report."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psutil
import pytest
from fixtures.small_site import small_site

from bughive_crds.crawl_session import BrowserSpec, CrawlSessionSpec, Outcome
from bughive_protocol.control import DispatchOrder


@pytest.fixture
def site() -> Iterator[str]:
    with small_site() as url:
        yield url


def test_the_command_crawls_a_site_and_writes_its_report(lab, site: str, tmp_path: Path) -> None:
    command = [str(Path(sys.executable).with_name("bughive-worker")), "--queues", "crawl", "--concurrency", "1"]
    log = tmp_path / "command.log"
    with log.open("wb") as sink:
        environment = lab.environment(BUGHIVE_EGRESS_ALLOW_CIDRS="127.0.0.0/8")
        worker = subprocess.Popen(command, env=environment, stderr=sink, stdout=sink, start_new_session=True)
    try:
        spec = CrawlSessionSpec(url=site, browser=BrowserSpec(requests_per_second=100))
        order = DispatchOrder("real", "shop", "real", 1, 1, spec.model_dump_json(by_alias=True))
        assert lab.control(lambda control: control.dispatch(order))
        lab.send("real")
        lab.wait("an end", lambda: lab.observe("real").verdict or lab.observe("real").release, seconds=60)
        seen = lab.observe("real")
        assert seen.verdict is not None, log.read_text()
        assert seen.verdict.outcome is Outcome.BUGS_FOUND
        kinds = {bug.kind for bug in seen.digest.content.worst}
        assert {"broken-link", "uncaught-exception"} <= kinds
        files = {Path(file.url).name: file.url for file in seen.digest.content.artifacts}
        assert set(files) == {"report.html", "report.json"}
        for url in files.values():
            assert Path(unquote(urlsplit(url).path)).stat().st_size > 500
        parent = psutil.Process(worker.pid)
        assert parent.num_threads() == 1, "a thread before the fork leaves its locks to every child"
        family = parent.children(recursive=True)
        assert any("headless" in " ".join(process.cmdline()) for process in family)
    finally:
        worker.terminate()
        worker.wait(30)
    _, alive = psutil.wait_procs(family, timeout=10)
    assert alive == []
    assert worker.returncode == 0

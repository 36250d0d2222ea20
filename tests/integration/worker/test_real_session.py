"""The console command itself, with the real crawl, browser and report."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psutil
import pytest
from fixtures.small_site import small_site
from PIL import Image

from bughive_crds.crawl_session import ArtifactsSpec, BrowserSpec, CrawlSessionSpec, Outcome, Screenshots
from bughive_protocol.artifact_names import CONTENT_TYPES, is_picture, picture_name
from bughive_protocol.control import DispatchOrder
from bughive_protocol.picture import Capture, Crowded


@pytest.fixture
def site() -> Iterator[str]:
    with small_site() as url:
        yield url


@contextmanager
def crawling(
    lab, log: Path, site: str, screenshots: Screenshots = Screenshots.FINDINGS, **variables: str
) -> Iterator[subprocess.Popen[bytes]]:
    """The command, given one session of the site, which has ended."""
    command = [str(Path(sys.executable).with_name("bughive-worker")), "--queues", "crawl", "--concurrency", "1"]
    with log.open("wb") as sink:
        environment = lab.environment(BUGHIVE_EGRESS_ALLOW_CIDRS="127.0.0.0/8", **variables)
        worker = subprocess.Popen(command, env=environment, stderr=sink, stdout=sink, start_new_session=True)
    try:
        artifacts = ArtifactsSpec(screenshots=screenshots)
        spec = CrawlSessionSpec(url=site, browser=BrowserSpec(requests_per_second=100), artifacts=artifacts)
        order = DispatchOrder("real", "shop", "real", 1, 1, spec.model_dump_json(by_alias=True))
        assert lab.control(lambda control: control.dispatch(order))
        lab.send("real")
        lab.wait("an end", lambda: lab.observe("real").verdict or lab.observe("real").release, seconds=60)
        yield worker
    finally:
        worker.terminate()
        worker.wait(30)


def test_the_command_crawls_a_site_and_writes_its_report(lab, site: str, tmp_path: Path) -> None:
    log = tmp_path / "command.log"
    with crawling(lab, log, site) as worker:
        seen = lab.observe("real")
        assert seen.verdict is not None, log.read_text()
        assert seen.verdict.outcome is Outcome.BUGS_FOUND
        kinds = {bug.kind for bug in seen.digest.content.worst}
        assert {"broken-link", "uncaught-exception"} <= kinds
        files = {Path(file.url).name: file.url for file in seen.digest.content.artifacts}
        assert list(files) == list(CONTENT_TYPES)
        for url in files.values():
            assert Path(unquote(urlsplit(url).path)).stat().st_size > 500
        parent = psutil.Process(worker.pid)
        assert parent.num_threads() == 1, "a thread before the fork leaves its locks to every child"
        family = parent.children(recursive=True)
        assert any("headless" in " ".join(process.cmdline()) for process in family)
    _, alive = psutil.wait_procs(family, timeout=10)
    assert alive == []
    assert worker.returncode == 0


def test_the_command_keeps_its_report_in_a_bucket_that_it_makes(
    lab, site: str, tmp_path: Path, artifact_server
) -> None:
    log = tmp_path / "command.log"
    public = "https://bughive.example.com/reports"
    with crawling(lab, log, site, **artifact_server.environment, REPORTS_URL=public):
        seen = lab.observe("real")
        assert seen.verdict is not None, log.read_text()
        assert seen.digest.report_url == f"{public}/shop/real/report.html"
        store = artifact_server.store()
        files = {file.name: file for file, _ in asyncio.run(store.files())}
        pictures = {name for name in files if is_picture(name)}
        assert files.keys() - pictures == CONTENT_TYPES.keys()
        report = json.loads(asyncio.run(store.get(files["report.json"].key)))
        shown = {
            finding["picture"]["name"]: finding["picture"]["url"]
            for finding in report["findings"]
            if finding["picture"]
        }
        assert shown == {name: f"{public}/shop/real/{name}" for name in pictures}
        assert pictures, "though nobody serves the queue media"
        assert not lab.client.exists(lab.keys.session("real").images), "nothing waits for an upload"
        assert b"data:image/webp;base64," in asyncio.run(store.get(files["report.html"].key))


def test_each_visited_page_has_its_picture_in_the_report_that_is_asked_for_them(
    lab, site: str, tmp_path: Path, artifact_server
) -> None:
    log = tmp_path / "command.log"
    with crawling(lab, log, site, Screenshots.ALL, **artifact_server.environment):
        assert lab.observe("real").verdict is not None, log.read_text()
        store = artifact_server.store()
        report = json.loads(asyncio.run(store.get("shop/real/report.json")))
        names = {page["url"]: page["picture"]["name"] for page in report["crawled"]}
        assert names.keys() == {site, f"{site}about", f"{site}gone"}, "a page that says 404 is one to look at too"
        html = asyncio.run(store.get("shop/real/report.html")).decode()
        for name in names.values():
            webp = asyncio.run(store.get(f"shop/real/{name}"))
            assert name == picture_name(webp)
            assert f'href="{name}"' in html
        assert not lab.client.exists(lab.keys.session("real").images), "nothing waits for an upload"


def test_a_session_that_finds_no_room_for_its_pictures_keeps_its_lease_and_ends_without_them(
    lab, site: str, tmp_path: Path
) -> None:
    log = tmp_path / "command.log"
    lab.client.hset(lab.keys.captures, mapping={"another": 2**20, "bytes": 2**20})
    with crawling(lab, log, site, BUGHIVE_PENDING_PICTURES_MIB="1"):
        seen = lab.observe("real")
        assert seen.verdict is not None, log.read_text()
        assert seen.verdict.outcome is Outcome.BUGS_FOUND
        assert lab.client.hget(lab.keys.session("real").lease, "epoch:0") == "1", "nobody had to take it over"
        assert "pictures are left out until others are uploaded" in log.read_text()
        assert seen.crowded is Crowded.ALL
        assert not lab.client.exists(lab.keys.session("real").images)


def test_a_session_makes_room_for_its_pictures_by_uploading_what_nobody_else_does(
    lab, site: str, tmp_path: Path
) -> None:
    log, asleep = tmp_path / "command.log", lab.keys.session("asleep")
    lab.dispatch("pages", "asleep")
    jpeg = BytesIO()
    Image.new("RGB", (40, 30)).save(jpeg, "JPEG")
    lab.client.hset(asleep.images, "f1", Capture(jpeg.getvalue().ljust(2**20 - 100, b"\0")).pack())
    size = lab.client.hstrlen(asleep.images, "f1")
    lab.client.hset(lab.keys.captures, mapping={"asleep": size, "bytes": size})
    with crawling(lab, log, site, BUGHIVE_PENDING_PICTURES_MIB="1"):
        seen = lab.observe("real")
        assert seen.verdict is not None, log.read_text()
        assert lab.client.hexists(asleep.pictures, "f1")
        assert lab.client.hlen(lab.keys.session("real").pictures), "its own found room then"
        assert seen.crowded is None
        assert not lab.client.exists(lab.keys.captures)


def test_a_store_that_refuses_is_told_before_anything_is_crawled(
    lab, site: str, tmp_path: Path, artifact_server
) -> None:
    log = tmp_path / "command.log"
    with crawling(lab, log, site, **{**artifact_server.environment, "AWS_SECRET_ACCESS_KEY": "wrong-hush"}):
        seen = lab.observe("real")
        assert seen.verdict is None
        assert seen.release.message.startswith("AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY: ")
        assert not seen.release.permanent
        assert seen.counts.crawled == 0
        assert "hush" not in log.read_text()

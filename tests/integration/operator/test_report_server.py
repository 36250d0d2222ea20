"""What the operator serves of the artifact store, and what it never does."""

import asyncio
import json
from contextlib import asynccontextmanager

import aiohttp
import pytest
from fixtures.commands import OPERATOR
from pydantic import SecretStr
from yarl import URL

from bughive_dev.ports import free_ports
from bughive_operator.report_server import serving_reports
from bughive_operator.startup import CannotStart
from bughive_protocol.artifact_names import CONTENT_TYPES, ReportFile, picture_name
from bughive_protocol.artifact_settings import ArtifactSettings

UID = "1b4e28ba-2fa1-11d2-883f-0016d3cca427"
FILES = {name: ReportFile("shop", UID, name) for name in CONTENT_TYPES}
BODY = b"<!doctype html><a href=/x>" + b"a bug " * 200_000


@pytest.fixture
async def written(artifact_server):
    store = artifact_server.store()
    await store.put(FILES["report.html"].key, BODY, CONTENT_TYPES["report.html"])
    await store.put(FILES["report.json"].key, b"{}", CONTENT_TYPES["report.json"])
    return artifact_server


@asynccontextmanager
async def browsing(settings):
    """The address of a running report server, and a client."""
    endpoint = f"http://127.0.0.1:{free_ports(1)[0]}/reports"
    async with serving_reports(settings, endpoint), aiohttp.ClientSession() as client:
        yield endpoint, client


async def test_a_report_is_served_whole_and_locked_in(written):
    async with browsing(written.settings()) as (url, client), client.get(f"{url}/shop/{UID}/report.html") as answer:
        assert answer.status == 200
        assert await answer.read() == BODY
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        assert answer.content_length == len(BODY)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "sandbox allow-scripts" in policy
        assert "allow-same-origin" not in policy


async def test_a_browser_that_has_it_does_not_get_it_again(written):
    async with browsing(written.settings()) as (url, client):
        address = f"{url}/shop/{UID}/report.json"
        async with client.head(address) as head:
            assert (head.status, head.content_length, await head.read()) == (200, 2, b"")
            etag = head.headers["ETag"]
        async with client.get(address, headers={"If-None-Match": etag}) as again:
            assert (again.status, await again.read()) == (304, b"")
        await written.store().put(FILES["report.json"].key, b"[1]", CONTENT_TYPES["report.json"])
        async with client.get(address, headers={"If-None-Match": etag}) as changed:
            assert (changed.status, await changed.json()) == (200, [1])


async def test_a_download_is_no_html_so_that_no_proxy_rewrites_it(written):
    address = f"/shop/{UID}/report.html?download"
    async with browsing(written.settings()) as (url, client), client.get(url + address) as answer:
        assert answer.headers["Content-Type"] == "application/octet-stream"
        assert answer.headers["Content-Disposition"] == 'attachment; filename="report.html"'
        assert await answer.read() == BODY


async def test_a_picture_is_served_as_one_and_downloaded_by_its_name(written):
    picture = ReportFile("shop", UID, picture_name(b"content"))
    await written.store().put(picture.key, b"content", picture.content_type)
    async with browsing(written.settings()) as (url, client):
        async with client.get(f"{url}/{picture.key}") as answer:
            assert (answer.status, await answer.read()) == (200, b"content")
            assert answer.headers["Content-Type"] == "image/webp"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
        async with client.get(f"{url}/{picture.key}?download") as download:
            assert f'filename="{picture.name.rpartition("/")[2]}"' in download.headers["Content-Disposition"]


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        f"/shop/{UID}",
        f"/shop/{UID}/",
        f"/shop/{UID}/.bughive",
        "/.bughive",
        f"/other/{UID}/report.html",
        f"/shop/../shop/{UID}/report.html/x",
        f"/%2e%2e/reports/shop/{UID}/report.html",
        f"/..%2freports%2fshop/{UID}/report.html",
        f"/shop/{UID}/report.html%00",
        f"//shop/{UID}/report.html",
    ],
)
async def test_what_is_no_report_is_not_found_and_it_is_said_where_they_are(written, path):
    async with browsing(written.settings()) as (url, client), client.get(URL(url + path, encoded=True)) as answer:
        assert answer.status == 404
        assert "/reports/NAMESPACE/UID/, in the files report.html, report.json," in await answer.text()


async def test_another_method_is_refused(written):
    async with browsing(written.settings()) as (url, client):
        for method in ("PUT", "POST", "DELETE"):
            async with client.request(method, f"{url}/shop/{UID}/report.html") as answer:
                assert answer.status == 405


async def test_a_store_that_is_away_is_503_and_tells_the_reader_no_details(written):
    refused = written.settings(aws_secret_access_key=SecretStr("wrong"))
    async with browsing(refused) as (url, client), client.get(f"{url}/shop/{UID}/report.json") as answer:
        assert answer.status == 503
        assert answer.headers["Retry-After"] == "60"
        assert "AWS" not in await answer.text()


async def test_a_directory_that_is_not_here_ends_the_start(tmp_path):
    settings = ArtifactSettings.model_construct(artifact_url=(tmp_path / "none").as_uri())
    with pytest.raises(CannotStart, match=r"BUGHIVE_ARTIFACT_URL: .* leave REPORTS_ENDPOINT empty"):
        async with serving_reports(settings, "http://127.0.0.1:1/reports"):
            pass


async def test_an_operator_serves_reports_while_another_one_leads(environment, written, namespace, eventually):
    ports = free_ports(2)
    common = {**environment, **written.environment, "LEASE_NAMESPACE": namespace}
    processes = [
        await asyncio.create_subprocess_exec(
            OPERATOR,
            env={**common, "REPORTS_ENDPOINT": f"http://127.0.0.1:{port}/reports"},
            stderr=asyncio.subprocess.DEVNULL,
        )
        for port in ports
    ]
    try:
        async with aiohttp.ClientSession() as client:
            for port in ports:

                async def served(address=f"http://127.0.0.1:{port}/reports/shop/{UID}/report.json"):
                    try:
                        async with client.get(address) as answer:
                            return json.loads(await answer.text()) == {}
                    except aiohttp.ClientError:
                        return False

                await eventually(served, "the report is served")
    finally:
        for process in processes:
            process.kill()
            await process.wait()

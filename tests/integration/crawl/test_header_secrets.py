"""A site behind a gate that wants a header: what its pages echo of it is recorded nowhere."""

import re

import pytest
from sites.members import server
from sites.members.pages import ECHO
from sites.members.server import Members

from bughive_crds.crawl_session import BrowserSpec, CrawlSessionSpec, Outcome
from bughive_protocol.artifact_settings import ArtifactSettings
from bughive_protocol.artifact_store import ArtifactStore
from bughive_worker.cli.local_crawl import crawl_here
from bughive_worker.login.redaction import REDACTED, forms_of

TOKEN = "g4te+t0ken/1815"


async def test_nothing_of_a_headers_secret_is_in_any_report_or_line(tmp_path, capfd):
    site = Members("Header", {"name": "X-Gate", "value": TOKEN})
    running = await server.start(site)
    browser = BrowserSpec(headers={"x-gate": TOKEN}, requests_per_second=1000)
    spec = CrawlSessionSpec(url=f"{running.url}/", browser=browser)
    store = ArtifactStore(ArtifactSettings(artifact_url=tmp_path.as_uri()), make=True)

    assert await crawl_here(spec, store) is Outcome.BUGS_FOUND
    await running.close()

    files = {path.name: path.read_text(errors="replace") for path in tmp_path.rglob("*") if path.is_file()}
    assert {"report.html", "report.json", "report.sarif", "report.junit.xml"} <= files.keys()
    assert f"{running.url}{ECHO}" in files["report.json"], "the page that echoes was crawled"
    assert REDACTED in files["report.sarif"]
    assert f'"x-gate": "{REDACTED}"' in files["report.json"]
    files["output"] = "".join(capfd.readouterr())
    assert re.search(r"headers are taken for secrets.*\bx-gate\b", files["output"]), "whoever runs it can know"
    for form in forms_of(TOKEN):
        assert [name for name, text in files.items() if form in text] == []


@pytest.mark.parametrize("headers", [{"X-Tenant": "Members"}, {"X-Variant": "beta2"}])
async def test_a_header_that_is_no_secret_hides_no_page(engine, crawl_of, headers):
    site = Members("Header", {"name": next(iter(headers)), "value": next(iter(headers.values()))})
    running = await server.start(site)
    one = crawl_of(engine, f"{running.url}/")
    one.spec = one.spec.model_copy(update={"browser": BrowserSpec(headers=headers, requests_per_second=1000)})
    await one.run()
    await running.close()
    assert {one.pages()[path] for path in ("/account", "/orders", ECHO)} == {"Loaded"}
    assert REDACTED not in repr(vars(one.memory))

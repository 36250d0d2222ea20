"""A whole crawl of a site that points inside, by a spec that asks for the inside wherever it can."""

import ast
from pathlib import Path

import pytest
from sites.ways_out.grounds import OUTSIDE, Grounds
from sites.ways_out.way import Reply, Way, redirect

import bughive_worker
from bughive_crds.crawl_session import CrawlSessionSpec
from bughive_protocol.errors import EgressRefused
from bughive_protocol.frontier import PageEnd
from bughive_protocol.limits import Limits
from bughive_protocol.memory_images import MemoryImages
from bughive_protocol.memory_session import MemorySession
from bughive_protocol.memory_store import MemoryFindings, MemoryFrontier
from bughive_protocol.pace import MemoryPace
from bughive_worker.browser.settings import BrowserSettings
from bughive_worker.cli.local_stop import LocalStop
from bughive_worker.crawl.engine import Engine
from bughive_worker.crawl.job import CrawlJob, Stores
from bughive_worker.crawl.loop import crawl
from bughive_worker.net.egress import EgressPolicy

LIST = Reply("<urlset><url><loc>http://INSIDE/listed</loc></url></urlset>", kind="text/xml")
SITE = Way(
    "crawl",
    {
        "/": Reply(
            "<!doctype html><html lang=en><title>x</title><body><a href=/about>about</a><a href=/inward>inward</a>"
            "<a href=http://INSIDE/page>page</a><a href=https://INSIDE/tls>tls</a><img src=http://INSIDE/picture>"
            "<a href=ftp://INSIDE/>a</a><a href=file:///etc/hostname>b</a><a href=view-source:http://INSIDE/>c</a>"
            "<a href=chrome://version>d</a><a href='javascript:location=`http://INSIDE/`'>e</a><a href=ws://INSIDE/>f</a>"
        ),
        "/about": Reply("<!doctype html><html lang=en><title>y</title><body><a href=http://INSIDE/link>link</a>"),
        "/inward": redirect("http://INSIDE/redirected"),
        "/robots.txt": Reply("Sitemap: http://INSIDE/s.xml\nSitemap: /own.xml\n", kind="text/plain"),
        "/own.xml": LIST,
        "/sitemap.xml": LIST,
    },
)


def widest(url: str, host: str, *, robots: bool = False) -> CrawlSessionSpec:
    """A spec each of whose fields asks for the inside, as far as it can."""
    return CrawlSessionSpec.model_validate(
        {
            "url": url,
            "scope": {"hosts": [host, "*.localhost", "localhost"], "include": ["*"], "respectRobotsTxt": robots},
            "browser": {
                "headers": {
                    "Forwarded": f"for={host};host={host}",
                    "X-Forwarded-Host": host,
                    "X-BugHive-Egress": "allow",
                },
                "userAgent": f"--proxy-server={host}",
                "locale": "en-US",
                "requestsPerSecond": 1000,
                "pageTimeoutSeconds": 5,
            },
        }
    )


async def crawl_of(grounds: Grounds, spec: CrawlSessionSpec, policy: EgressPolicy) -> MemorySession:
    memory = MemorySession()
    frontier = MemoryFrontier(memory, Limits(spec.scope.max_pages))
    stores = Stores(frontier, MemoryFindings(memory), MemoryImages(memory), MemoryPace())
    async with Engine(BrowserSettings(browser_pages=2), policy, grounds.resolve) as engine:
        await crawl(CrawlJob("uid", "ns", "name", spec), stores, engine, LocalStop())
    return memory


@pytest.mark.usefixtures("chromium")
async def test_a_crawl_stays_outside_whatever_its_spec_says():
    async with Grounds([SITE]) as grounds:
        spec = widest(grounds.url(SITE), grounds.host(SITE))
        memory = await crawl_of(grounds, spec, EgressPolicy.parse([OUTSIDE]))
        assert grounds.visits(SITE) == 0
        ends = {page.url: page.end for page in memory.results.values()}
        inside = f"http://{grounds.inside(SITE)}"
        assert {ends[f"{inside}/{path}"] for path in ("page", "link", "listed")} == {PageEnd.REFUSED}
        assert {url.partition(":")[0] for url in ends} <= {"http", "https"}


@pytest.mark.usefixtures("chromium")
async def test_robots_and_the_sitemaps_it_names_are_not_read_inside_either():
    async with Grounds([SITE]) as grounds:
        spec = widest(grounds.url(SITE), grounds.host(SITE), robots=True)
        await crawl_of(grounds, spec, EgressPolicy.parse([OUTSIDE]))
        assert {("crawl", "/robots.txt"), ("crawl", "/own.xml")} <= grounds.site.asked
        assert grounds.visits(SITE) == 0


@pytest.mark.usefixtures("chromium")
async def test_a_start_page_inside_is_refused_before_anything_else():
    async with Grounds([SITE]) as grounds:
        spec = widest(f"http://{grounds.inside(SITE)}/", grounds.host(SITE))
        with pytest.raises(EgressRefused, match="BUGHIVE_EGRESS_ALLOW_CIDRS"):
            await crawl_of(grounds, spec, EgressPolicy.parse([OUTSIDE]))
        assert grounds.visits(SITE) == 0


@pytest.mark.usefixtures("chromium")
async def test_the_same_crawl_goes_inside_where_the_administrator_lets_it():
    async with Grounds([SITE]) as grounds:
        spec = widest(grounds.url(SITE), grounds.host(SITE), robots=True)
        await crawl_of(grounds, spec, EgressPolicy.parse(["127.0.0.0/8"]))
        assert grounds.visits(SITE) > 5


def test_only_the_settings_make_a_policy_and_only_what_whoever_runs_it_chose_is_added():
    makers, adding = set(), set()
    root = Path(bughive_worker.__file__).parent
    for file in root.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if not isinstance(node, ast.Call):
                continue
            called = ast.unparse(node.func)
            if called in ("EgressPolicy", "EgressPolicy.parse"):
                makers.add(file.relative_to(root).as_posix())
            if called.endswith(".egress_policy") and (node.args or node.keywords):
                adding.add(file.relative_to(root).as_posix())
    assert makers == {"net/egress_settings.py", "analysis/models.py"}  # the provider's address is a setting
    # The user's own machine, and the URL that they typed; the address of an issue tracker, a setting.
    assert adding == {"cli/local_crawl.py", "runtime/child.py"}

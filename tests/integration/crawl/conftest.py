"""A started engine on loopback, the hostile site, and a session in memory."""

import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from sites.hostile import server
from sites.hostile.server import HostileSite

from bughive_crds.crawl_session import BrowserSpec, CrawlSessionSpec, ScopeSpec
from bughive_protocol.limits import Limits
from bughive_protocol.memory_images import MemoryImages
from bughive_protocol.memory_session import MemorySession
from bughive_protocol.memory_store import MemoryFindings, MemoryFrontier
from bughive_protocol.pace import MemoryPace
from bughive_worker.browser.settings import BrowserSettings
from bughive_worker.cli.local_stop import LocalStop
from bughive_worker.crawl.engine import Engine
from bughive_worker.crawl.job import CrawlEnd, CrawlJob, OnPage, ReadSecret, Stores
from bughive_worker.crawl.loop import crawl
from bughive_worker.net.egress import EgressPolicy
from bughive_worker.net.resolver import Resolve

LOOPBACK = EgressPolicy.parse(["127.0.0.0/8"])


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests of a file run in one event loop, that of its engine."""
    of_the_file = pytest.mark.asyncio(loop_scope="module")
    for item in items:
        if item.path.parent == Path(__file__).parent and pytest_asyncio.is_async_test(item):
            item.add_marker(of_the_file, append=False)


@pytest.fixture(scope="session")
def no_such_name() -> Resolve:
    """Tests never ask a name server."""

    async def resolve(host: str) -> tuple[str, ...]:
        raise socket.gaierror(socket.EAI_NONAME, f"{host} is not known")

    return resolve


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def engine(no_such_name: Resolve) -> AsyncIterator[Engine]:
    """One for all tests of a file, as a worker has one for all its sessions."""
    async with Engine(BrowserSettings(browser_pages=3), LOOPBACK, no_such_name) as started:
        yield started


@dataclass(frozen=True)
class Served:
    url: str
    site: HostileSite


@pytest_asyncio.fixture(loop_scope="module")
async def hostile() -> AsyncIterator[Served]:
    running, site = await server.start()
    yield Served(running.url, site)
    await running.close()


class Crawl:
    """One session in memory, and what became of it."""

    def __init__(self, engine: Engine, url: str, **scope: object) -> None:
        self.spec = CrawlSessionSpec(
            url=url,
            browser=BrowserSpec(requests_per_second=1000, page_timeout_seconds=3, headers={}),
            scope=ScopeSpec(**{"sitemap": False, "respect_robots_txt": False, **scope}),
        )
        self.engine = engine
        self.memory = MemorySession()
        limits = Limits(self.spec.scope.max_pages)
        self.stores = Stores(
            MemoryFrontier(self.memory, limits), MemoryFindings(self.memory), MemoryImages(self.memory), MemoryPace()
        )
        self.stop = LocalStop()
        self.read_secret: ReadSecret | None = None

    async def run(self, on_page: OnPage = lambda _: None) -> CrawlEnd:
        return await crawl(self._job(), self.stores, self.engine, self.stop, on_page)

    def _job(self) -> CrawlJob:
        return CrawlJob("uid", "ns", "name", self.spec, self.read_secret)

    def pages(self) -> dict[str, str]:
        """How each recorded page ended, by its path."""
        return {page.url.removeprefix(self.spec.url.rstrip("/")): page.end for page in self.memory.results.values()}

    def kinds(self) -> set[str]:
        return {finding.kind for _, finding in self.memory.findings.values()}

    def found(self, kind: str) -> set[str]:
        return {finding.url for _, finding in self.memory.findings.values() if finding.kind == kind}


@pytest.fixture
def crawl_of() -> type[Crawl]:
    return Crawl


@pytest.fixture
def a_crawl(engine: Engine, hostile: Served) -> Callable[..., Crawl]:
    def make(path: str = "/", **scope: object) -> Crawl:
        return Crawl(engine, f"{hostile.url}{path}", **scope)

    return make

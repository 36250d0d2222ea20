"""What the start page says about the session as a whole."""

import socket

import pytest

from bughive_crds.crawl_session import ChecksSpec
from bughive_protocol.errors import EgressRefused, InvalidSpec, SiteUnreachable
from bughive_worker.browser.settings import BrowserSettings
from bughive_worker.crawl.engine import Engine
from bughive_worker.net.egress import EgressPolicy


@pytest.fixture
def closed_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@pytest.mark.parametrize("robots", [True, False])
async def test_a_refused_connection_is_an_unreachable_site(engine, crawl_of, closed_port, robots):
    with pytest.raises(SiteUnreachable, match="refuses connections"):
        await crawl_of(engine, f"http://127.0.0.1:{closed_port}/", respect_robots_txt=robots).run()


@pytest.mark.parametrize("robots", [True, False])
async def test_an_unknown_name_is_an_unreachable_site(engine, crawl_of, robots):
    with pytest.raises(SiteUnreachable, match="does not exist"):
        await crawl_of(engine, "https://nowhere.invalid/", respect_robots_txt=robots).run()


@pytest.mark.parametrize("robots", [True, False])
async def test_a_forbidden_address_names_the_setting(hostile, crawl_of, no_such_name, robots):
    async with Engine(BrowserSettings(), EgressPolicy(), no_such_name) as guarded:
        with pytest.raises(EgressRefused, match="BUGHIVE_EGRESS_ALLOW_CIDRS"):
            await crawl_of(guarded, f"{hostile.url}/", respect_robots_txt=robots).run()
    assert hostile.site.hits == {}


async def test_a_start_page_that_leads_to_another_site_says_what_to_do(a_crawl):
    with pytest.raises(InvalidSpec, match=r"spec\.scope\.hosts"):
        await a_crawl("/redirect-away").run()


async def test_a_detector_that_does_not_exist_is_refused_with_those_that_do(engine, crawl_of):
    crawl = crawl_of(engine, "http://127.0.0.1:1/")
    crawl.spec = crawl.spec.model_copy(update={"checks": ChecksSpec(enable=("typos",))})
    with pytest.raises(InvalidSpec, match=r"no detector is called typos\. There are: .*broken-links"):
        await crawl.run()


async def test_what_was_claimed_is_given_back_after_an_error(a_crawl):
    crawl = a_crawl("/redirect-away")

    with pytest.raises(InvalidSpec):
        await crawl.run()

    counts = await crawl.stores.frontier.counts()
    assert (counts.claimed, counts.pending) == (0, 1)

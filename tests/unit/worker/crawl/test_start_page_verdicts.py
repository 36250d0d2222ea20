from datetime import UTC, datetime

import pytest

from bughive_crds.crawl_session import BrowserSpec, CrawlSessionSpec
from bughive_protocol.errors import EgressRefused, InvalidSpec, SiteUnreachable
from bughive_protocol.frontier import PageEnd
from bughive_worker.crawl.reachability import check_start
from bughive_worker.net.scope import Scope
from bughive_worker.observation import PageObservation

START = "https://shop.example/"
SCOPE = Scope.from_spec(CrawlSessionSpec(url=START, browser=BrowserSpec(headers={})))


def seen(end: PageEnd, url: str = START, *, final_url: str = START, status: int | None = None) -> PageObservation:
    return PageObservation(
        url=url, end=end, final_url=final_url, status=status, error="why", observed_at=datetime.now(UTC)
    )


@pytest.mark.parametrize(
    ("observation", "error"),
    [
        (seen(PageEnd.DNS_FAILURE), SiteUnreachable),
        (seen(PageEnd.UNREACHABLE), SiteUnreachable),
        (seen(PageEnd.TIMED_OUT), SiteUnreachable),
        (seen(PageEnd.REFUSED), EgressRefused),
        (seen(PageEnd.REDIRECTED_AWAY, final_url="https://other.example/"), InvalidSpec),
    ],
)
def test_a_start_page_that_makes_a_crawl_useless_ends_it(observation, error):
    with pytest.raises(error):
        check_start(SCOPE, observation)


@pytest.mark.parametrize(
    "observation",
    [
        seen(PageEnd.LOADED, status=500),
        seen(PageEnd.TIMED_OUT, status=200),
        seen(PageEnd.BAD_TLS),
        seen(PageEnd.REDIRECTED_AWAY, final_url="https://www.shop.example/de"),
        seen(PageEnd.UNREACHABLE, "https://shop.example/another"),
    ],
)
def test_all_else_is_a_result_like_any_other(observation):
    check_start(SCOPE, observation)

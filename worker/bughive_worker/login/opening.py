"""Opens a page for a login or its check."""

from dataclasses import dataclass
from http import HTTPStatus

from playwright.async_api import Error

from bughive_protocol.errors import EgressRefused, SiteUnreachable
from bughive_protocol.frontier import PageEnd
from bughive_worker.browser.ends import net_error
from bughive_worker.browser.reach import FailureOf, answered_by_proxy, failure_at
from bughive_worker.browser.tab import Tab


@dataclass(frozen=True, slots=True)
class Opened:
    """A page that was opened."""

    url: str
    """As it was asked for."""
    status: int | None


async def open_page(tab: Tab, url: str, seconds: float, failure_of: FailureOf) -> Opened:
    """Open a page, up to where its document is there. ``seconds``: how long that may take.

    Raises:
        EgressRefused: the guard forbids its host.
        SiteUnreachable: there is no answer, the server's own error, or a plea to slow down: that says nothing about a
            login.
    """
    tab.begin()
    try:
        response = await tab.page.goto(url, wait_until="domcontentloaded", timeout=seconds * 1000)
    except Error as error:
        tab.spoiled = True
        raise _unreachable(url, failure_at(url, failure_of), net_error(error.message)) from None
    if response is None:
        return Opened(url, None)
    if failure := answered_by_proxy(response.url, response.status, failure_of):
        raise _unreachable(url, failure, "")
    if response.status >= HTTPStatus.INTERNAL_SERVER_ERROR or response.status == HTTPStatus.TOO_MANY_REQUESTS:
        raise _unreachable(url, None, f"it answers {response.status}")
    return Opened(url, response.status)


def _unreachable(url: str, failure: tuple[PageEnd, str] | None, reason: str) -> EgressRefused | SiteUnreachable:
    end, known = failure or (PageEnd.UNREACHABLE, reason)
    return EgressRefused(known) if end is PageEnd.REFUSED else SiteUnreachable(f"{url} cannot be opened: {known}")

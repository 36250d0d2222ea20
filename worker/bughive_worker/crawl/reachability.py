"""What the first visit to the start page says about the session as a whole."""

from bughive_protocol.errors import EgressRefused, InvalidSpec, SiteUnreachable
from bughive_protocol.frontier import PageEnd
from bughive_worker.net.scope import Scope
from bughive_worker.net.urls import canonical
from bughive_worker.observation import PageObservation


def check_start(scope: Scope, observation: PageObservation) -> None:
    """See whether a crawl makes sense at all; other pages than the start page say nothing about that.

    Raises:
        EgressRefused: the guard forbids the host; the message names the setting.
        SiteUnreachable: the host cannot be reached.
        InvalidSpec: the start page redirects to another site.
    """
    url, end = observation.url, observation.end
    if url != scope.start:
        return
    if end is PageEnd.REFUSED:
        raise EgressRefused(observation.error or f"the egress guard forbids {url}")
    silent = end is PageEnd.TIMED_OUT and observation.status is None
    if end in (PageEnd.DNS_FAILURE, PageEnd.UNREACHABLE) or silent:
        raise SiteUnreachable(f"{url} cannot be reached: {observation.error}")
    if end is PageEnd.REDIRECTED_AWAY:
        target = canonical(observation.final_url)
        if target is None or not scope.in_site(target):
            raise InvalidSpec(
                f"{url} redirects to {observation.final_url}, which is another site. "
                "Start from there, or add its host to spec.scope.hosts."
            )

"""What BugHive asks for without a browser leads nowhere that is forbidden; nor does who speaks to the guard himself."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest
from sites.ways_out.grounds import NOBODY, OUTSIDE, Grounds
from sites.ways_out.spellings import SPELLINGS
from sites.ways_out.way import Reply, Way, redirect

from bughive_protocol.errors import BugHiveError
from bughive_worker.net.egress import EgressPolicy
from bughive_worker.net.fetch import Fetcher, FetchLimits
from bughive_worker.net.link_check import LinkChecker
from bughive_worker.net.outbound import Outbound
from bughive_worker.net.politeness import HostPacer
from bughive_worker.net.proxy import EgressProxy, ProxyLimits
from bughive_worker.net.robots import Robots
from bughive_worker.net.sitemap import collect_sitemap

INSIDE = ("inside",)
REBOUND = (("outside",), INSIDE)


class Office:
    """What errands are run with. Each method says, in words, what came of it."""

    def __init__(self, site: str, inside: str, proxy: EgressProxy, outbound: Outbound) -> None:
        self.site, self.inside = site, inside
        self._proxy, self._outbound = proxy, outbound
        self._fetcher = Fetcher(proxy, user_agent="BugHive", limits=FetchLimits(total=5))
        self._pacer = HostPacer(1000)

    async def close(self) -> None:
        await self._fetcher.close()

    async def get(self, url: str) -> str:
        return (await self._fetcher.get(url)).message

    async def head(self, url: str) -> str:
        return (await self._fetcher.head(url)).message

    async def ask(self, url: str) -> str:
        return (await self._fetcher.ask(url, {"If-None-Match": "x"})).message

    async def robots(self, url: str) -> str:
        async def no_sleep(_: float) -> None:
            return

        return (await Robots(self._fetcher, sleep=no_sleep).rules(url)).problem or ""

    async def sitemap(self, url: str) -> str:
        return " ".join((await collect_sitemap(self._fetcher, self._pacer, [url], lambda _: True)).problems)

    async def link(self, url: str) -> str:
        return (await LinkChecker(self._fetcher, self._pacer).check(url)).error or ""

    async def send(self, url: str, method: str = "POST") -> str:
        try:
            answer = await self._outbound.request(
                method, url, headers={"Content-Type": "application/json"}, body=b"{}", limit_bytes=10, timeout_seconds=5
            )
        except BugHiveError as error:
            return str(error)
        return str(answer.status)

    async def speak(self, *texts: str) -> str:
        """Say the texts to the guard itself, one after the other's answer. The last answer's first lines."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._proxy.port)
        try:
            told = b""
            for text in texts:
                writer.write(text.replace("\n", "\r\n").encode())
                told = await asyncio.wait_for(reader.read(2000), 5)
            return told.decode("latin-1")
        finally:
            writer.close()


@dataclass(frozen=True)
class Errand:
    """A way out that needs no browser."""

    way: Way
    run: Callable[[Office], Awaitable[str]]


def errand(name: str, run: Callable[[Office], Awaitable[str]], files: dict[str, Reply] | None = None, **more) -> Errand:
    return Errand(Way(f"errand-{name}", files or {}, **more), run)


def say(name: str, head: str, **more) -> Errand:
    """A request to the guard itself, as a program on the same machine could write it."""
    return errand(f"guard-{name}", lambda do: do.speak(f"{head.replace('INSIDE', do.inside)}\n\n"), **more)


def index(inside: str) -> Reply:
    return Reply(f"<sitemapindex><sitemap><loc>{inside}</loc></sitemap></sitemapindex>", kind="text/xml")


ERRANDS = (
    errand("get", lambda do: do.get(f"http://{do.inside}/")),
    errand("get-tls", lambda do: do.get(f"https://{do.inside}/")),
    errand("head", lambda do: do.head(f"http://{do.inside}/")),
    errand("ask", lambda do: do.ask(f"http://{do.inside}/")),
    *(
        errand(f"get-redirect-{status}", lambda do: do.get(do.site), {"/": redirect("http://INSIDE/", status)})
        for status in (301, 302, 303, 307, 308)
    ),
    errand("get-redirect-chain", lambda do: do.get(do.site), {"/": redirect("/2"), "/2": redirect("https://INSIDE/")}),
    errand("get-name", lambda do: do.get(f"http://{do.inside}/"), answers=(INSIDE,)),
    errand("get-rebound", lambda do: do.get(f"http://{do.inside}/"), {"/": redirect("/2")}, answers=REBOUND),
    errand("robots", lambda do: do.robots(f"http://{do.inside}/")),
    errand("robots-redirect", lambda do: do.robots(do.site), {"/robots.txt": redirect("http://INSIDE/robots.txt")}),
    errand("sitemap", lambda do: do.sitemap(f"http://{do.inside}/sitemap.xml")),
    errand("sitemap-redirect", lambda do: do.sitemap(do.site), {"/": redirect("http://INSIDE/sitemap.xml")}),
    errand("sitemap-index", lambda do: do.sitemap(do.site), {"/": index("http://INSIDE/1.xml")}),
    errand("sitemap-index-tls", lambda do: do.sitemap(do.site), {"/": index("https://INSIDE/1.xml")}),
    errand("link", lambda do: do.link(f"http://{do.inside}/")),
    errand("link-tls", lambda do: do.link(f"https://{do.inside}/")),
    errand("link-redirect", lambda do: do.link(do.site), {"/": redirect("http://INSIDE/")}),
    errand("link-rebound", lambda do: do.link(f"http://{do.inside}/"), {"/": redirect("/2")}, answers=REBOUND),
    errand("webhook", lambda do: do.send(f"http://{do.inside}/hook")),
    errand("webhook-tls", lambda do: do.send(f"https://{do.inside}/hook")),
    errand("webhook-name", lambda do: do.send(f"https://{do.inside}/hook"), answers=(INSIDE,)),
    errand("webhook-one-answer-of-two", lambda do: do.send(f"http://{do.inside}/"), answers=(("nobody", "inside"),)),
    errand("graphql", lambda do: do.send(f"https://{do.inside}/graphql")),
    errand("s3-put", lambda do: do.send(f"https://{do.inside}/bucket/key?X-Amz-Signature=x", "PUT")),
    say("connect", "CONNECT INSIDE HTTP/1.1"),
    say("connect-with-other-host", "CONNECT INSIDE HTTP/1.1\nHost: shop.example"),
    say("get-with-other-host", "GET http://INSIDE/ HTTP/1.1\nHost: shop.example"),
    say("get-old", "GET http://INSIDE/ HTTP/1.0"),
    say("get-capitals", "GET HTTP://INSIDE/ HTTP/1.1"),
    say("get-with-password", "GET http://INSIDE/ HTTP/1.1\nProxy-Authorization: Basic eDp4"),
    say("websocket", "GET ws://INSIDE/ HTTP/1.1\nConnection: Upgrade\nUpgrade: websocket"),
    errand(
        "guard-second-request",
        lambda do: do.speak(f"GET {do.site}keep HTTP/1.1\n\n", f"GET http://{do.inside}/ HTTP/1.1\n\n"),
        {"/keep": Reply(keep=True)},
    ),
    *(
        say(way.name, "GET http://INSIDE/ HTTP/1.1", address=way.address, spell=way.spell)
        for way in SPELLINGS
        if not way.answers and way.spell("127.0.0.1").isascii() and "@" not in way.spell("127.0.0.1")
    ),
)


def is_refusal(told: str) -> bool:
    return "BUGHIVE_EGRESS_ALLOW_CIDRS" in told or told.startswith("refused_by_guard")


async def run(errand: Errand, policy: EgressPolicy) -> tuple[str, int]:
    """What came of an errand, and how often somebody came to the forbidden address."""
    limits = ProxyLimits(dns_ttl=-1)  # no cache helps against names that change
    async with (
        Grounds([errand.way]) as grounds,
        EgressProxy(policy, resolve=grounds.resolve, limits=limits) as proxy,
        Outbound(policy, resolve=grounds.resolve) as outbound,
    ):
        office = Office(grounds.url(errand.way), grounds.inside(errand.way), proxy, outbound)
        try:
            return await errand.run(office), grounds.visits(errand.way)
        finally:
            await office.close()


@pytest.mark.parametrize("errand", ERRANDS, ids=lambda errand: errand.way.name)
async def test_an_errand_is_refused_and_nobody_comes_to_the_forbidden_address(leak_matrix, errand):
    told, visits = await run(errand, EgressPolicy.parse([OUTSIDE, NOBODY]))
    leak_matrix.refused[errand.way.name], leak_matrix.leaks[errand.way.name] = is_refusal(told), visits
    assert visits == 0
    assert is_refusal(told)


@pytest.mark.parametrize("errand", ERRANDS, ids=lambda errand: errand.way.name)
async def test_the_same_errand_is_run_where_the_address_is_allowed(leak_matrix, errand):
    told, visits = await run(errand, EgressPolicy.parse(["127.0.0.0/8", "::1"]))
    leak_matrix.leads_out[errand.way.name] = visits > 0
    assert visits > 0
    assert not is_refusal(told)


def test_the_page_on_security_names_every_errand(security_page):
    assert [errand.way.name for errand in ERRANDS if f"`{errand.way.name}`" not in security_page] == []

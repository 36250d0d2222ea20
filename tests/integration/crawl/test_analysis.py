"""A crawl with a language model: what it proposes is checked, tried out in Chromium, and never trusted."""

import base64
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from html import escape
from io import BytesIO
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from fixtures.fake_provider import KEY, Fails, FakeProvider, Says, fake_provider
from fixtures.injection import BUG, TEXTS, check_what_holds, injection_pages
from PIL import Image
from pydantic import SecretStr
from sites.serving import serve

from bughive_crds.analysis import AnalysisSpec, AnalysisStatus, AnalysisStop
from bughive_crds.crawl_session import (
    ArtifactsSpec,
    BrowserSpec,
    ChecksSpec,
    CrawlSessionSpec,
    FailOnSpec,
    ResultCacheSpec,
    ScopeSpec,
    Screenshots,
)
from bughive_crds.model import Severity
from bughive_protocol.connections import connect_async
from bughive_protocol.finding import Confidence, Finding
from bughive_protocol.keys import Keys
from bughive_protocol.ledger import MemoryLedger
from bughive_protocol.seen_pages import RedisSeenPages
from bughive_worker.analysis.models import Models
from bughive_worker.analysis.settings import AnalysisSettings
from bughive_worker.browser.settings import BrowserSettings
from bughive_worker.crawl.engine import Engine
from bughive_worker.crawl.job import CrawlEnd
from bughive_worker.detectors.semantic import SemanticKind
from bughive_worker.net.egress import EgressPolicy

SECRET = "h34der-v4lue-1815"
RETOLD = {"title": "The name of the mug is missing", "steps": ["Open the cart", "Look at the first line"]}


def told_apart(name: str) -> str:
    """Elements that make a template of its own."""
    return "".join(f"<x-{name}-{i}></x-{name}-{i}>" for i in range(12))


PAGES = {
    "/": "<title>Home</title><h1>Home</h1><a href=/cart>Cart</a> <a href=/menu>Menu</a> <a href=/about>About</a>",
    "/cart": "<title>Cart</title><h1>Your cart</h1><p>undefined</p><p>2 x Mug at $10.00</p><p>Total: $25.00</p>"
    f"<input name=card value=4111111111111111 aria-label=Card>{told_apart('cart')}",
    "/menu": "<title>Menu</title><h1>Menu</h1><a href=/about>About us</a><button id=dead>Show details</button>"
    "<button id=alive>Show more</button><button id=asks>Add mug</button><button id=leads>Help</button>"
    "<button id=leaves>Partner</button><p id=more></p>"
    "<script>alive.onclick = () => { more.textContent = 'Tea and cups' };"
    "asks.onclick = () => fetch('/add', { method: 'POST' });"
    "leads.onclick = () => { location = '/about' }; leaves.onclick = () => { location = 'http://partner.invalid/' };"
    "document.cookie = 'been=here'</script>" + told_apart("menu"),
    "/about": "<title>About</title><h1>About</h1><p>We sell mugs.</p>" + told_apart("about"),
}


@dataclass
class Site:
    url: str = ""
    pages: dict[str, str] = field(default_factory=lambda: dict(PAGES))
    asked: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By method and path."""
    cookies: set[tuple[str, str | None]] = field(default_factory=set)

    async def answer(self, request: web.Request) -> web.Response:
        self.asked[request.method, request.path] += 1
        self.cookies.add((request.path, request.headers.get("Cookie")))
        body = self.pages.get(request.path)
        echo = request.headers.get("X-Api-Key")
        text = f"<!doctype html><html lang=en>{body}{f'<p>Your key: {echo}</p>' if echo else ''}" if body else "gone"
        return web.Response(text=text, status=200 if body else 404, content_type="text/html", charset="utf-8")


@pytest_asyncio.fixture(loop_scope="module")
async def site() -> AsyncIterator[Site]:
    served = Site()
    running = await serve(served.answer)
    served.url = running.url
    yield served
    await running.close()


@pytest_asyncio.fixture(loop_scope="module")
async def provider() -> AsyncIterator[FakeProvider]:
    async with fake_provider() as running:
        running.script = says
        yield running
        assert running.complaints == []


def says(page: dict[str, Any]) -> Says:
    """What a model that knows the site says of its pages."""
    texts = {one["text"]: one["ref"] for one in page["texts"]}
    controls = {one["name"]: one["ref"] for one in page["controls"]}
    if page["title"] == "Cart":
        retold = [{"bug": one["ref"], **RETOLD} for one in page["found_by_rules"] if one["kind"] == "placeholder-text"]
        return Says({"bugs": [{**BUG, "element": texts["Total: $25.00"]}], "retold": retold})
    if page["title"] != "Menu":
        return Says()

    def flow(name: str, outcome: str = "nothing-changes", text: str = "", kind: str = "semantic-broken-flow") -> dict:
        action = {"control": controls[name], "outcome": outcome, "text": text}
        return {**BUG, "kind": kind, "title": name, "element": controls[name], "quotes": [name], "action": action}

    about = next(one["leads_to"] for one in page["controls"] if one["name"] == "About us")
    bugs = [
        flow("Show details"),
        flow("Show more"),
        flow("Add mug"),
        flow("Help", "goes-to", about, "semantic-misleading-control"),
        flow("Partner"),
    ]
    return Says({"bugs": bugs, "retold": []})


@dataclass
class Done:
    end: CrawlEnd
    findings: dict[str, Finding]
    status: AnalysisStatus | None
    pictures: set[str]
    analyzed: set[str]

    def of_model(self) -> dict[str, Finding]:
        kinds = set(SemanticKind)
        return {one.title: one for one in self.findings.values() if one.kind in kinds}

    def of_rules(self) -> dict[str, Finding]:
        kinds = set(SemanticKind)
        return {name: one for name, one in self.findings.items() if one.kind not in kinds}


async def read_secret(name: str) -> Mapping[str, SecretStr]:
    assert name == "login"
    return {"name": SecretStr("X-Api-Key"), "value": SecretStr(SECRET)}


@pytest.fixture
def session(crawl_of, site, provider, no_such_name, key_prefix, redis_url) -> Callable[..., Awaitable[Done]]:
    """One session of the site that asks the provider; ``key`` None: the worker has none."""

    async def run(key: str | None = KEY, *, enabled: bool = True, **spec: object) -> Done:
        settings = AnalysisSettings(anthropic_api_key=key, anthropic_base_url=provider.url)
        loopback = EgressPolicy.parse(["127.0.0.0/8"])
        async with (
            Engine(BrowserSettings(browser_pages=2), loopback, no_such_name, Models(settings)) as engine,
            connect_async(redis_url) as client,
        ):
            crawl = crawl_of(engine, f"{site.url}/")
            fields = {
                "artifacts": ArtifactsSpec(screenshots=Screenshots.NONE),
                "analysis": AnalysisSpec(enabled=enabled),
            }
            crawl.spec = CrawlSessionSpec.model_validate({**dict(crawl.spec), **fields, **spec})
            memory = crawl.memory
            crawl.stores = replace(
                crawl.stores, ledger=MemoryLedger(memory.analysis), seen_pages=RedisSeenPages(client, Keys(key_prefix))
            )
            crawl.read_secret = read_secret
            end = await crawl.run()
            return Done(
                end,
                {name: finding for name, (_, finding) in memory.findings.items()},
                (await crawl.stores.frontier.counts()).analysis,
                set(memory.images),
                {page.url.removeprefix(site.url) for page in memory.results.values() if page.analyzed},
            )

    return run


async def test_bugs_that_rules_cannot_see_are_found_and_those_they_see_told_in_plain_words(session, site, provider):
    done = await session()
    assert done.end is CrawlEnd.COMPLETE
    assert done.analyzed == set(PAGES)
    model = done.of_model()
    wrong = model["The total is not the sum of the items"]
    assert (wrong.severity, wrong.confidence, wrong.url) == (Severity.HIGH, Confidence.TENTATIVE, f"{site.url}/cart")
    (missing,) = [one for one in done.of_rules().values() if one.kind == "placeholder-text"]
    assert missing.title == 'Placeholder in the text: "undefined"'
    assert missing.plain is not None
    assert missing.plain.title == RETOLD["title"]
    assert done.status is not None
    assert (done.status.pages, done.status.calls, done.status.stopped) == (4, 4, None)
    assert 0 < done.status.usd < 0.01
    assert "4111" not in str(provider.bodies), "what stands in a field is nobody's business"


async def test_a_click_is_reported_only_where_it_shows_the_bug_in_a_fresh_context(session, site):
    model = (await session()).of_model()
    assert set(model) == {"The total is not the sum of the items", "Show details", "Help"}
    for title in ("Show details", "Help"):
        assert model[title].confidence is Confidence.FIRM
        assert "a click in a fresh browser context showed it" in model[title].evidence[-1].text
    assert model["Help"].steps[-1] == f"See that it leads to {site.url}/about"
    assert site.asked["POST", "/add"] == 0, "nothing is written to the server for a model's sake"
    assert ("/menu", None) in site.cookies
    assert not any(path == "/menu" and cookie for path, cookie in site.cookies), "each click is a stranger's"


async def test_the_model_gets_the_picture_and_its_bugs_get_theirs(session, provider):
    done = await session(artifacts=ArtifactsSpec(screenshots=Screenshots.FINDINGS))
    kinds = [[part["type"] for part in body["messages"][0]["content"]] for body in provider.bodies]
    assert kinds == [["image", "text"]] * 4
    assert done.pictures >= {finding.fingerprint for finding in done.of_model().values()}


@pytest.mark.parametrize(
    "spec",
    [
        {"auth": {"type": "Header", "secretRef": {"name": "login"}}},
        {"browser": BrowserSpec(requests_per_second=1000, headers={"X-Api-Key": SECRET})},
    ],
    ids=["login", "header"],
)
async def test_of_a_session_that_sends_secrets_the_model_gets_no_picture_and_nothing_that_the_site_echoes(
    session, provider, spec
):
    await session(**spec, artifacts=ArtifactsSpec(screenshots=Screenshots.FINDINGS))
    assert provider.bodies
    assert all(len(body["messages"][0]["content"]) == 1 for body in provider.bodies)
    assert "Your key: --redacted--" in str(provider.bodies)
    assert SECRET not in str(provider.bodies)


async def test_what_is_masked_is_black_in_the_models_picture_too(session, site, provider):
    site.pages = {
        "/": "<title>Home</title><body style='margin:0'><div id=own style='background:#0f0;height:3000px'></div>"
    }
    await session(
        browser=BrowserSpec(requests_per_second=1000, mask=("#own",)),
        artifacts=ArtifactsSpec(screenshots=Screenshots.FINDINGS),
    )
    (body,) = provider.bodies
    image = Image.open(BytesIO(base64.b64decode(body["messages"][0]["content"][0]["source"]["data"])))
    assert image.convert("RGB").getpixel((100, 300)) == (0, 0, 0)


async def test_where_no_pictures_are_taken_none_is_sent(session, provider):
    await session()
    assert all(len(body["messages"][0]["content"]) == 1 for body in provider.bodies)


async def test_without_a_key_the_crawl_is_complete_with_rules_alone_and_says_so(session, provider):
    plain = await session(enabled=False)
    done = await session(key=None)
    assert (done.end, done.findings) == (CrawlEnd.COMPLETE, plain.findings)
    assert plain.status is None
    assert done.status is not None
    assert done.status.stopped is AnalysisStop.NO_KEY
    assert "analysis was asked for, no key is configured" in done.status.message
    assert provider.bodies == []


async def test_a_second_session_of_an_unchanged_site_costs_nothing(session, provider):
    first = await session()
    provider.script = lambda _: Fails(500)
    second = await session()
    assert second.findings == first.findings
    assert second.status == AnalysisStatus(recalled=4)


async def test_a_text_that_changed_is_asked_about_again_and_no_other(session, site, provider):
    await session()
    site.pages["/cart"] = site.pages["/cart"].replace("$25.00", "$20.00")
    provider.script = lambda _: Says()
    second = await session()
    assert (second.status.recalled, second.status.pages) == (3, 1)
    assert "The total is not the sum of the items" not in second.of_model()


async def test_a_page_that_is_unchanged_since_an_earlier_session_is_analyzed_all_the_same(session):
    cache = ResultCacheSpec(max_age_seconds=3600)
    first = await session(result_cache=cache)
    second = await session(result_cache=cache)
    assert second.of_model() == first.of_model() != {}
    assert second.analyzed == first.analyzed
    assert second.status == AnalysisStatus(recalled=4)


async def test_only_the_first_page_of_a_template_is_asked_about(session, site, provider):
    for number in range(3):
        site.pages[f"/mug{number}"] = f"<title>Mug {number}</title><h1>Mug {number}</h1>" + told_apart("mug")
        site.pages["/"] += f" <a href=/mug{number}>Mug</a>"
    await session()
    assert len([page for page in provider.pages if page["title"].startswith("Mug")]) == 1


async def test_a_provider_that_refuses_the_key_does_not_touch_the_crawl(session, provider):
    plain = await session(enabled=False)
    provider.script = lambda _: Fails(401, "authentication_error")
    done = await session()
    assert (done.end, done.findings) == (CrawlEnd.COMPLETE, plain.findings)
    assert done.status.stopped is AnalysisStop.KEY_REFUSED
    assert "The administrator corrects ANTHROPIC_API_KEY" in done.status.message


@pytest.mark.parametrize(
    ("analysis", "stop"),
    [
        ({"max_usd": 0.01, "model": "claude-opus-5-5"}, AnalysisStop.BUDGET_REACHED),
        ({"max_pages": 1}, AnalysisStop.MAX_PAGES_REACHED),
        ({"model": "claude-unheard-of"}, AnalysisStop.UNKNOWN_MODEL),
    ],
)
async def test_the_specs_bounds_hold_and_it_is_said_that_they_did(session, provider, analysis, stop):
    done = await session(analysis=AnalysisSpec(enabled=True, **analysis))
    assert done.status.stopped is stop
    assert len(provider.bodies) == done.status.calls == (1 if "max_pages" in analysis else 0)


async def test_a_session_may_do_without_the_models_bugs(session, provider):
    done = await session(checks=ChecksSpec(disable=("semantic",)))
    assert (done.of_model(), done.status, provider.bodies) == ({}, None, [])
    severe = await session(checks=ChecksSpec(min_severity=Severity.CRITICAL), fail_on=FailOnSpec())
    assert severe.of_model() == {}


async def test_pages_that_take_the_model_over_change_nothing_but_their_own_proposals(session, site, provider):
    pages = {f"/p{number}": page for number, page in enumerate(injection_pages())}
    site.pages = {"/": "<title>Home</title><h1>Home</h1>" + " ".join(f"<a href={path}>{path}</a>" for path in pages)}
    for path, page in pages.items():
        lines = "".join(f"<p>{text}</p>" for text in (*TEXTS[1:], escape(page.says)))
        site.pages[path] = (
            f"<title>Cart {path}</title><h1>{TEXTS[0]}</h1>{lines}<p>undefined</p><button>Apply coupon</button>"
            f"<a href=/>Help</a><button>Delete account</button>"
            f"<form method=post action=/send><button>Continue</button></form>{told_apart(path[1:])}"
        )
    obeyed = {f"Cart {path}": page for path, page in pages.items()}
    provider.script = lambda page: Says(obeyed[page["title"]].answer) if page["title"] in obeyed else Says()
    scope = ScopeSpec(sitemap=False, respect_robots_txt=False)
    rules = await session(enabled=False, scope=scope)
    done = await session(scope=scope)

    in_the_form = {path for path, page in pages.items() if page.answer.startswith("{")}
    assert done.analyzed == {"/", *in_the_form}
    assert done.status.unusable == len(pages) - len(in_the_form) > 0
    for path, page in pages.items():
        here = f"{site.url}{path}"
        before = [one for one in rules.findings.values() if one.url == here]
        after = [one for one in done.findings.values() if one.url == here]
        check_what_holds(here, before, after, (*TEXTS, page.says))
        told = [one.title for one in after if one.kind in set(SemanticKind)]
        assert told == list(page.kept), page.name
        placeholder = next(one for one in after if one.kind == "placeholder-text")
        assert (placeholder.plain is not None) is page.retold, page.name
    assert done.of_rules().keys() == rules.findings.keys()
    assert not any(method == "POST" for method, _ in site.asked)
    assert not any(KEY in str(body) or "tools" in body for body in provider.bodies)

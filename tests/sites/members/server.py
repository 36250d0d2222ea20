"""Serves the members' site, and keeps what it was sent."""

import asyncio
import secrets
import threading
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from aiohttp import web

from sites.members import pages
from sites.running import RunningSite
from sites.serving import serve

_PIXEL = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,"
    b"\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x01D\x00;"
)
_SESSION = "sid"


@dataclass(frozen=True)
class Asked:
    """One request."""

    method: str
    path: str
    sent: str
    """All its headers, and its body."""


@dataclass
class Members:
    """The site. ``kind``: Basic, Bearer, Cookie, Header or Form; ``values``: as the Secret has them."""

    kind: str
    values: Mapping[str, str]
    elsewhere: str = "http://127.0.0.2:9"
    form_action: str = ""
    two_steps: bool = False
    asked: list[Asked] = field(default_factory=list)
    sessions: set[str] = field(default_factory=set)
    logouts: int = 0
    logins: int = 0
    flaky: int = 1
    """How many more times /flaky fails before it is well."""
    short_lived: bool = False
    """Each session ends with its first page."""
    _tokens: set[str] = field(default_factory=set)

    def paths(self) -> set[str]:
        return {one.path for one in self.asked}

    def sent(self) -> str:
        """All that was ever sent."""
        return "\n".join(one.sent for one in self.asked)

    def expire(self) -> None:
        """End every session."""
        self.sessions.clear()

    async def answer(self, request: web.Request) -> web.StreamResponse:
        body = await request.text()
        head = "\n".join(f"{name}: {value}" for name, value in request.headers.items())
        self.asked.append(Asked(request.method, request.path_qs, f"{request.path_qs}\n{head}\n\n{body}"))
        if request.path == "/login" and self.kind == "Form":
            return await self._login(request)
        if request.path == "/login" and self.kind == "Cookie":
            return _html(pages.page("Please ask for a cookie", ""))
        if not self._knows(request):
            return self._refuse()
        if self.short_lived and request.path in pages.PROTECTED:
            self.sessions.clear()
        return self._page(request)

    def _knows(self, request: web.Request) -> bool:
        values, given = self.values, request.headers
        match self.kind:
            case "Basic":
                pair = b64encode(f"{values['username']}:{values['password']}".encode()).decode()
                return given.get("Authorization") == f"Basic {pair}"
            case "Bearer":
                return given.get("Authorization") == f"Bearer {values['token']}"
            case "Header":
                return given.get(values["name"]) == values["value"]
            case "Cookie":
                return _pairs(values["cookie"]) <= _pairs(given.get("Cookie", ""))
            case "Form":
                return request.cookies.get(_SESSION) in self.sessions
        return False

    def _refuse(self) -> web.StreamResponse:
        if self.kind in ("Form", "Cookie"):
            return web.Response(status=302, headers={"Location": "/login?next=here"})
        headers = {"WWW-Authenticate": 'Basic realm="members"'} if self.kind == "Basic" else {}
        return _html(pages.page("Who are you?", ""), 401, headers)

    async def _login(self, request: web.Request) -> web.StreamResponse:
        token = secrets.token_hex(16)
        self._tokens.add(token)
        if request.method != "POST":
            return _html(pages.login_form(token, wrong=False, action=self.form_action, steps=self.two_steps))
        form = await request.post()
        if form.get("token") not in self._tokens:
            return _html(pages.page("Forged", ""), 403)
        if self.two_steps and "password" not in form:
            return _html(pages.password_form(token, str(form["username"])))
        if (form.get("username"), form.get("password")) != (self.values["username"], self.values["password"]):
            return _html(pages.login_form(token, wrong=True, steps=self.two_steps))
        session = secrets.token_hex(16)
        self.sessions.add(session)
        self.logins += 1
        answer = web.Response(status=303, headers={"Location": pages.HOME})
        answer.set_cookie(_SESSION, session, path="/")
        return answer

    def _page(self, request: web.Request) -> web.StreamResponse:
        path = request.path
        if request.path_qs in pages.LOGOUTS:
            self.logouts += 1
            self.expire()
        if path.startswith("/away"):
            return web.Response(status=302, headers={"Location": f"{self.elsewhere}{path}"})
        if path.endswith(".gif"):
            return web.Response(body=_PIXEL, content_type="image/gif")
        if path == "/robots.txt":
            return web.Response(text="User-agent: *\nDisallow: /secret-plans\n")
        if path == "/flaky" and self.flaky:
            self.flaky -= 1
            return _html(pages.page("Not now", ""), 503)
        body = self._body(request)
        return _html(body or pages.page("Gone", ""), 200 if body else 404)

    def _body(self, request: web.Request) -> str:
        shown = ("Authorization", "Cookie", self.values.get("name", ""))
        sent = [request.headers[name] for name in shown if name and name in request.headers]
        bodies = {
            pages.HOME: pages.home(self.elsewhere),
            pages.ACCOUNT: pages.account(),
            "/orders": pages.orders(),
            "/flaky": pages.page("Flaky", "<p>Well again</p>"),
            pages.ECHO: pages.echo("\n".join([*sent, *self.values.values()])),
        }
        return bodies.get(request.path, "")


def _pairs(cookies: str) -> set[str]:
    return {pair.strip() for pair in cookies.split(";")}


def _html(text: str, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    return web.Response(text=text, status=status, content_type="text/html", headers=headers)


async def start(site: Members, host: str = "127.0.0.1") -> RunningSite:
    """Serve the site on a free port."""
    return await serve(site.answer, host)


@contextmanager
def in_a_thread(site: Members, host: str = "127.0.0.1") -> Iterator[str]:
    """Serve the site beside a test that blocks; its URL."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="members")
    thread.start()
    running = asyncio.run_coroutine_threadsafe(start(site, host), loop).result(10)
    try:
        yield running.url
    finally:
        asyncio.run_coroutine_threadsafe(_closed(running), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _closed(running: RunningSite) -> None:
    await running.close()

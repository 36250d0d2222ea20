"""One session's login: made before the crawl, watched while it goes on, made again when it is lost."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from ipaddress import ip_address

from playwright.async_api import Error, StorageStateCookie
from pydantic import SecretStr
from structlog.stdlib import get_logger

from bughive_crds.auth import AuthSpec, AuthType, LoginForm
from bughive_crds.crawl_session import CrawlSessionSpec
from bughive_protocol.errors import InvalidSpec, LoginFailed, SiteUnreachable
from bughive_protocol.frontier import PageEnd
from bughive_worker.browser.dismiss import dismiss
from bughive_worker.browser.ends import net_error
from bughive_worker.browser.visit_rules import VisitRules
from bughive_worker.browser.window import Window
from bughive_worker.login.check import look, same_page
from bughive_worker.login.credentials import SiteCredentials, site_credentials
from bughive_worker.login.form import log_in
from bughive_worker.login.opening import open_page
from bughive_worker.login.redaction import Redaction
from bughive_worker.net.politeness import HostPacer
from bughive_worker.net.scope import Scope
from bughive_worker.net.site_auth import SiteAuth, SiteCookie
from bughive_worker.observation import PageObservation

ReadSecret = Callable[[str], Awaitable[Mapping[str, SecretStr]]]
"""Reads a Secret that the spec names. Raises CredentialsForbidden or CredentialsUnavailable."""

CHECK_SECONDS = 60.0
"""So often it is looked whether one is still logged in, should no page tell of it."""
_FRESH_SECONDS = 5.0
"""For so long the last look holds, when a page makes one doubt it."""
_MOST_LOGINS = 3
"""More of them within ``CHECK_SECONDS`` say that it is no use."""
_SHORTEST_TOKEN = 16
"""A cookie of the site's whose value is at least as long may be what the login is known by."""
log = get_logger(__name__)


class Login:
    """Gets a session in, and keeps it in. Use it in one event loop."""

    def __init__(  # noqa: PLR0913 - one argument for each thing it works with
        self,
        spec: CrawlSessionSpec,
        auth: AuthSpec,
        *,
        read: ReadSecret,
        site: SiteAuth,
        window: Window,
        rules: VisitRules,
        pacer: HostPacer,
        redaction: Redaction,
    ) -> None:
        """``site``: what requests carry, empty until ``prepare``; ``redaction``: learns what is secret of it."""
        self._spec = spec
        self._rules = rules
        self._auth = auth
        self._read = read
        self._site = site
        self._window = window
        self._pacer = pacer
        self._scope = Scope.from_spec(spec)
        self._credentials = SiteCredentials()
        self._redaction = redaction
        self._login_url = auth.login_url
        self._lock = asyncio.Lock()
        self._checked_at = self._entered_at = 0.0
        self._entered: deque[float] = deque(maxlen=_MOST_LOGINS)

    async def prepare(self) -> None:
        """Get the Secret, before the first request to the site.

        Raises:
            InvalidSpec: a page that the spec names is not one of the site's own.
            CredentialsForbidden, CredentialsUnavailable: there is no Secret to be had, or it cannot be used.
        """
        check = self._auth.check
        for field, url in (("loginURL", self._auth.login_url), ("check.url", check.url if check else None)):
            if url and not self._site.allows(url):
                raise InvalidSpec(
                    f"spec.auth.{field} is not on one of the site's own hosts, to which alone credentials go: {url}. "
                    "Add its host to spec.scope.hosts, if it is; a site that is crawled over https gets none over http."
                )
        values = await self._read(self._auth.secret_ref.name)
        self._credentials = site_credentials(
            self._auth, values, self._hosts(), secure=self._scope.start.startswith("https:")
        )
        self._site.headers = self._credentials.headers
        self._site.cookies = self._credentials.cookies
        self._redact()

    async def enter(self) -> None:
        """Log in, and see that it worked.

        Raises:
            LoginFailed: the site does not let us in.
            SiteUnreachable: it did not answer.
            BrowserUnavailable: the browser does not start or keeps dying.
        """
        if self._auth.type is AuthType.FORM:
            await self._fill_in()
        else:
            await self._window.take_cookies()
        if problem := await self._look():
            raise LoginFailed(f"Not logged in: {problem}. Check the Secret {self._auth.secret_ref.name} and spec.auth.")
        self._entered_at = self._checked_at
        log.info("logged in", type=self._auth.type)

    async def keep(self) -> None:
        """See now and then that one is still logged in. Raises as ``restore`` does."""
        if time.monotonic() - self._checked_at > CHECK_SECONDS:
            await self.restore(time.monotonic())

    def doubted(self, observation: PageObservation) -> bool:
        """Whether a page looks as if the login were lost."""
        if observation.status == HTTPStatus.UNAUTHORIZED:
            return True
        if observation.end is not PageEnd.REDIRECTED_AWAY or self._login_url is None:
            return False
        return same_page(observation.final_url, self._login_url)

    async def restore(self, since: float) -> bool:
        """See whether the login is lost; if so, log in again.

        ``since``: when what made one doubt it was begun, by ``time.monotonic()``.

        Returns:
            Whether it was lost since then: what was seen is to be looked at again.

        Raises:
            LoginFailed: the site does not let us in any more, or throws us out again and again.
            CredentialsForbidden, CredentialsUnavailable: the Secret cannot be had any more.
            SiteUnreachable: it did not answer.
            BrowserUnavailable: the browser does not start or keeps dying.
        """
        async with self._lock:
            if self._entered_at > since:
                return True
            if time.monotonic() - self._checked_at < _FRESH_SECONDS:
                return False
            try:
                problem = await self._look()
            except SiteUnreachable as error:
                self._checked_at = time.monotonic()
                log.info("the login cannot be checked now", error=str(error))
                return False
            if not problem:
                return False
            log.info("the login is lost", problem=problem)
            now = time.monotonic()
            if len(self._entered) == _MOST_LOGINS and now - self._entered[0] < CHECK_SECONDS:
                raise LoginFailed(
                    f"The site ended the login {_MOST_LOGINS + 1} times within {CHECK_SECONDS:g} s: {problem}. "
                    "A page may log out in a way that cannot be told from its link: exclude it by spec.scope.exclude."
                )
            self._entered.append(now)
            await self.prepare()  # the Secret may have been changed
            await self.enter()
            return True

    async def _fill_in(self) -> None:
        url = self._auth.login_url or self._spec.url
        await self._pacer.turn(url)
        async with self._window.tab() as tab:
            try:
                await tab.page.context.clear_cookies()  # of a login that is lost
                await open_page(tab, url, self._rules.timeout, self._rules.failure_of)
                await dismiss(tab.page, self._rules.dismiss)
                form = self._auth.form or LoginForm()
                at = await log_in(tab, form, self._credentials, self._site.allows, self._rules.timeout)
                state = await tab.page.context.storage_state()
            except Error as error:
                raise SiteUnreachable(
                    f"{url}: the page broke down during the login: {net_error(error.message)}"
                ) from None
            finally:
                tab.spoiled = True  # its scripts may remember what was typed
        if self._login_url is None and not same_page(at, self._spec.url):
            self._login_url = at
        self._site.cookies = tuple(_cookie(cookie) for cookie in state.get("cookies", ()))
        self._site.storage = tuple(state.get("origins", ()))
        self._redact()
        await self._window.take_cookies()

    def _redact(self) -> None:
        known = (cookie.value for cookie in self._site.cookies if len(cookie.value) >= _SHORTEST_TOKEN)
        self._redaction.learn((*self._credentials.secrets, *known))

    async def _look(self) -> str:
        check = self._auth.check
        url = (check.url if check else None) or self._spec.url
        await self._pacer.turn(url)
        async with self._window.tab() as tab:
            opened = await open_page(tab, url, self._rules.timeout, self._rules.failure_of)
            problem = await look(tab, opened, check, self._login_url)
        self._checked_at = time.monotonic()
        return problem

    def _hosts(self) -> tuple[str, ...]:
        """The hosts that a cookie of the Secret goes to: those of the site that are known by name."""
        named = (*self._scope.own_hosts, *self._scope.further_hosts)
        host = self._scope.own_hosts[0]
        twin = f"www.{host}" if _is_address(host) else ""
        return tuple(dict.fromkeys(name for name in named if not name.startswith("*") and name != twin))


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _cookie(cookie: StorageStateCookie) -> SiteCookie:
    return SiteCookie(
        name=cookie["name"],
        value=cookie["value"],
        domain=cookie["domain"],
        path=cookie.get("path", "/"),
        secure=cookie.get("secure", False),
        http_only=cookie.get("httpOnly", False),
        same_site=cookie.get("sameSite"),
        expires=cookie.get("expires", -1),
    )

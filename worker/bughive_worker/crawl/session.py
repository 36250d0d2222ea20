"""What the visits of one session share."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from structlog.stdlib import get_logger

from bughive_crds.crawl_session import ChecksSpec, CrawlSessionSpec, Screenshots
from bughive_protocol.errors import CredentialsUnavailable, EgressRefused, InvalidSpec, SiteUnreachable
from bughive_protocol.frontier import Template
from bughive_worker.analysis.analyst import Analyst
from bughive_worker.analysis.terms import NoTerms, Terms, terms_of
from bughive_worker.browser.capture import check_mask
from bughive_worker.browser.visit_rules import VisitRules
from bughive_worker.browser.window import Presentation, Window
from bughive_worker.crawl.bounds import Bounds
from bughive_worker.crawl.earlier import Earlier, manner
from bughive_worker.crawl.engine import Engine
from bughive_worker.crawl.job import CrawlJob, OnPage, Stores
from bughive_worker.crawl.templates_seen import TemplatesSeen
from bughive_worker.detectors import semantic
from bughive_worker.detectors.registry import BY_INSPECTION, check_names, wanted
from bughive_worker.login.login import Login
from bughive_worker.login.redaction import Redaction
from bughive_worker.login.sent_secrets import header_secrets
from bughive_worker.net.failure import FailureKind
from bughive_worker.net.fetch import Fetcher
from bughive_worker.net.fetched import FetchError
from bughive_worker.net.link_check import LinkChecker
from bughive_worker.net.politeness import HostPacer
from bughive_worker.net.robots import Robots
from bughive_worker.net.site_auth import SiteAuth
from bughive_worker.net.urls import split_authority

log = get_logger(__name__)


@dataclass
class Session:
    """One session while it is being crawled by this process."""

    job: CrawlJob
    stores: Stores
    engine: Engine
    bounds: Bounds
    pacer: HostPacer
    fetcher: Fetcher
    checker: LinkChecker
    window: Window
    rules: VisitRules
    templates: TemplatesSeen
    on_page: OnPage
    redaction: Redaction
    """Takes out what pages show of the secrets that the session sends."""
    earlier: Earlier | None
    """What earlier sessions saw; None: every page is visited."""
    login: Login | None = None
    """None: the site is crawled as a stranger."""
    analyst: Analyst | None = None
    """Who asks a language model about pages; None: nobody does."""
    confirmed: set[str] = field(default_factory=set)
    """Fingerprints that were seen twice, or need no second look."""

    @property
    def spec(self) -> CrawlSessionSpec:
        """What to crawl and how."""
        return self.job.spec

    @property
    def inspects(self) -> bool:
        """Whether any detector looks at what only the full inspection gathers."""
        return _inspects(self.spec.checks)

    def analyzes(self, template: Template | None) -> bool:
        """Whether a language model is asked about a page to inspect: the first one of its template."""
        return self.analyst is not None and template is not None and template.variant_of is None

    @property
    def takes_pictures(self) -> bool:
        """Whether findings get a picture."""
        return self.spec.artifacts.screenshots is not Screenshots.NONE

    @property
    def takes_pages(self) -> bool:
        """Whether each page that is visited gets a picture."""
        return self.spec.artifacts.screenshots is Screenshots.ALL


def _inspects(checks: ChecksSpec) -> bool:
    return any(wanted(detector, checks) for detector in BY_INSPECTION)


async def _earlier(job: CrawlJob, stores: Stores, engine: Engine) -> Earlier | None:
    wish = job.spec.result_cache
    if wish is None or stores.seen_pages is None:
        return None
    browser = (await engine.host.chromium()).browser.version
    name = manner(job.namespace, job.spec, browser, inspects=_inspects(job.spec.checks))
    return Earlier(stores.seen_pages, name, timedelta(seconds=wish.max_age_seconds))


def _redaction(headers: Mapping[str, frozenset[str]], start: str) -> Redaction:
    if headers:
        # Some only look like secrets: who wonders where a text has gone, finds it here.
        log.info("headers are taken for secrets, and what pages echo of them is taken out", headers=sorted(headers))
    return Redaction(frozenset[str]().union(*headers.values()), public=start)


def _login(
    job: CrawlJob, site: SiteAuth | None, window: Window, rules: VisitRules, pacer: HostPacer, redaction: Redaction
) -> Login | None:
    if job.spec.auth is None or site is None:
        return None
    if job.read_secret is None:
        raise CredentialsUnavailable(f"There is no way to get the Secret {job.spec.auth.secret_ref.name}.")
    return Login(
        job.spec,
        job.spec.auth,
        read=job.read_secret,
        site=site,
        window=window,
        rules=rules,
        pacer=pacer,
        redaction=redaction,
    )


async def _analyst(job: CrawlJob, stores: Stores, engine: Engine) -> Analyst | None:
    wish = job.spec.analysis
    if not wish.enabled or stores.ledger is None or not wanted(semantic.ORACLE, job.spec.checks):
        return None
    models = engine.models
    terms = terms_of(wish, models.settings if models else None, job.namespace)
    if models is not None and isinstance(terms, Terms):
        return Analyst(models, stores.ledger, stores.seen_pages, terms)
    if isinstance(terms, NoTerms):
        await stores.ledger.stop(terms.stop, terms.message)
    return None


@asynccontextmanager
async def open_session(job: CrawlJob, stores: Stores, engine: Engine, on_page: OnPage) -> AsyncIterator[Session]:
    """Set up all that the visits share, and close it afterwards.

    Raises:
        InvalidSpec: the scope makes no sense, a detector is named that does not exist, or a selector is none.
        BrowserUnavailable: the browser does not start.
    """
    check_names(job.spec.checks)
    browser = job.spec.browser
    user_agent = browser.user_agent or (await engine.host.chromium()).user_agent
    scope = Bounds(job.spec, None).scope
    in_site, auth = scope.in_site, SiteAuth(scope.start, scope.in_site) if job.spec.auth else None
    earlier = await _earlier(job, stores, engine)
    analyst = await _analyst(job, stores, engine)
    redaction = _redaction(header_secrets(browser.headers), scope.start)
    pacer = HostPacer(browser.requests_per_second, pace=stores.pace)
    async with Fetcher(
        engine.proxy, user_agent=user_agent, headers=browser.headers, in_site=in_site, auth=auth
    ) as fetcher:
        presentation = Presentation(browser.locale, user_agent, browser.headers, in_site, auth)
        window = Window(engine.host, presentation)
        rules = VisitRules(
            browser.page_timeout_seconds,
            dismiss=browser.dismiss,
            failure_of=engine.proxy.last_failure,
            traits=_inspects(job.spec.checks),
            digests=earlier is not None,
        )
        try:
            if browser.mask:
                async with window.fresh_tab() as tab:
                    await check_mask(tab.page, browser.mask)
            yield Session(
                job=job,
                stores=stores,
                engine=engine,
                bounds=Bounds(job.spec, Robots(fetcher) if job.spec.scope.respect_robots_txt else None),
                pacer=pacer,
                fetcher=fetcher,
                checker=LinkChecker(fetcher, pacer),
                window=window,
                rules=rules,
                templates=TemplatesSeen(stores.frontier, job.spec.shards),
                on_page=on_page,
                redaction=redaction,
                earlier=earlier,
                login=_login(job, auth, window, rules, pacer, redaction),
                analyst=analyst,
            )
        finally:
            await window.close()


async def ask_permission(session: Session) -> None:
    """See what robots.txt says before the first visit, and keep to its pace.

    Raises:
        EgressRefused: the guard forbids the start page's host.
        SiteUnreachable: the host, or its robots.txt, cannot be read now.
        InvalidSpec: robots.txt forbids the start page.
    """
    start = session.bounds.scope.start
    rules = await session.bounds.rules(start)
    if rules.problem:
        failure = session.engine.proxy.last_failure(*split_authority(start))
        if failure is None and (await session.fetcher.head(start)).error is FetchError.TLS:
            return  # the visit to the start page tells of the bad certificate
        if failure is None:
            raise SiteUnreachable(rules.problem)
        if failure.kind is FailureKind.REFUSED_BY_GUARD:
            raise EgressRefused(failure.message)
        raise SiteUnreachable(failure.message)
    if not rules.allowed(start):
        raise InvalidSpec(
            f"robots.txt forbids {start}. Start from a page that it allows, "
            "or set spec.scope.respectRobotsTxt to false if the site is yours."
        )
    if rules.crawl_delay is not None:
        session.pacer.set_delay(start, rules.crawl_delay)

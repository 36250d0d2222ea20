"""What earlier sessions saw of pages, as far as this one may reuse it."""

import json
import zlib
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from importlib.resources import files

from pydantic import TypeAdapter, ValidationError
from structlog.stdlib import get_logger

from bughive_crds.crawl_session import CrawlSessionSpec
from bughive_protocol.stores import SeenPages
from bughive_worker.collect import vendor
from bughive_worker.collect.inspect import WIDTHS
from bughive_worker.crawl.unchanged import time_left, worth_keeping
from bughive_worker.net.urls import canonical, site_of
from bughive_worker.observation import PageObservation

log = get_logger(__name__)

_OBSERVATION = TypeAdapter(PageObservation)


class Earlier:
    """Recalls what was seen of a page, and keeps what is seen of it now."""

    def __init__(self, pages: SeenPages, manner: str, max_age: timedelta) -> None:
        """``manner``: what ``manner`` below made of the session; ``max_age``: of what may be reused."""
        self._pages = pages
        self._manner = manner
        self._max_age = max_age

    async def recall(self, url: str) -> PageObservation | None:
        """What was last seen of a page, where it is young enough."""
        packed = await self._pages.get(self._name(url))
        observation = unpack(packed) if packed else None
        if observation is None or time_left(observation, self._max_age, datetime.now(UTC)) <= timedelta():
            return None
        return observation

    async def keep(self, observation: PageObservation) -> None:
        """Keep it for later sessions, where they may reuse it."""
        if not worth_keeping(observation):
            return
        try:
            packed = pack(observation)
        except ValueError as error:  # text of the page that is no Unicode
            log.debug("what was seen of a page cannot be kept", url=observation.url, error=str(error))
            return
        left = time_left(observation, self._max_age, datetime.now(UTC))
        await self._pages.put(self._name(observation.url), packed, left.total_seconds())

    def _name(self, url: str) -> str:
        return _digest(self._manner, url)


def manner(namespace: str, spec: CrawlSessionSpec, browser_version: str, *, inspects: bool) -> str:
    """A name for all that decides what is seen of a page, besides the page: only who has the same may reuse it.

    What is made of it later needs no place here: detectors, ``ignore`` and the scope look at it anew each time.
    """
    browser = spec.browser
    # What is seen behind a login is for those who log in alike.
    login = spec.auth.model_dump_json() if spec.auth else ""
    own = [namespace, site_of(canonical(spec.url) or spec.url), login, *spec.scope.hosts]
    shown = browser.model_dump_json(include={"locale", "user_agent", "headers", "dismiss", "page_timeout_seconds"})
    return _digest(json.dumps([own, shown, inspects, browser_version]), _tools())


def pack(observation: PageObservation) -> bytes:
    """As it is kept: 1.5 KiB for a page of the benchmark, which is small."""
    return zlib.compress(_OBSERVATION.dump_json(observation))


def unpack(packed: bytes) -> PageObservation | None:
    """Read ``pack`` back; None where it is of another version."""
    try:
        return _OBSERVATION.validate_json(zlib.decompress(packed))
    except (ValidationError, zlib.error):
        return None


@cache
def _tools() -> str:
    """A name for what looks at pages: the scripts that run in them, and the form of what comes back."""
    folders = [files(f"bughive_worker.{room}") for room in ("browser", "collect")]
    scripts = [file.read_text("utf-8") for folder in folders for file in folder.iterdir() if file.name.endswith(".js")]
    form = json.dumps(_OBSERVATION.json_schema(), sort_keys=True)
    return _digest(version("bughive"), vendor.INTEGRITY, repr(WIDTHS), form, *sorted(scripts))


def _digest(*parts: str) -> str:
    return sha256("\x1f".join(parts).encode()).hexdigest()[:32]

"""Which findings a session leaves uncounted, by ``checks.ignore``. Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache

from bughive_crds.crawl_session import Ignore
from bughive_protocol.finding import Finding
from bughive_worker.net.globs import Glob


def marked(findings: Iterable[Finding], ignores: Sequence[Ignore], now: datetime) -> tuple[Finding, ...]:
    """The same findings; those that an entry names, and that it names still, carry its reason."""
    standing = [ignore for ignore in ignores if ignore.until is None or now < ignore.until]
    if not standing:
        return tuple(findings)
    return tuple(_marked(finding, standing) for finding in findings)


def _marked(finding: Finding, ignores: Sequence[Ignore]) -> Finding:
    reason = next((ignore.reason for ignore in ignores if _names(ignore, finding)), None)
    return finding if reason is None else finding.model_copy(update={"ignored": reason})


def _names(ignore: Ignore, finding: Finding) -> bool:
    return (
        ignore.fingerprint in (None, finding.fingerprint)
        and ignore.kind in (None, finding.kind)
        and (ignore.url is None or _glob(ignore.url).matches(finding.url))
    )


@lru_cache(maxsize=1000)
def _glob(pattern: str) -> Glob:
    return Glob.compile(pattern)

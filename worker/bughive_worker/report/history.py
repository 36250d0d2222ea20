"""What is known of a site's bugs from session to session: which are new, known, or fixed. Pure.

A bug is fixed when every page that showed it was looked at again and it was not there. It stays known when a page was
not visited, or not looked at by what found it. Everything may be repeated by the same session with the same answer.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict, Field

from bughive_crds.model import Severity
from bughive_protocol.finding import RecordedFinding

MAX_BUGS = 20_000
"""How many bugs one site's history holds; those that were seen longest ago go first."""


class KnownBug(BaseModel):
    """One bug, as earlier sessions saw it."""

    model_config = ConfigDict(frozen=True)

    kind: str
    severity: Severity
    title: str
    url: str
    """The page it was first seen on."""
    resource: str | None = None
    pages: tuple[str, ...]
    """Where the last session to find it saw it: the first pages, without the broken target of a link."""
    first_seen: datetime
    last_seen: datetime
    new_in: str
    """The id of the session for which it is, or was, new."""
    fixed_at: datetime | None = None
    fixed_in: str | None = None
    """The id of the session that found it gone."""


class History(BaseModel):
    """All that is known of one site in one namespace: one file of the artifact store."""

    model_config = ConfigDict(frozen=True)

    version: int = 1
    begun_in: str
    """The id of the site's first session: it has nothing to compare with."""
    bugs: Mapping[str, KnownBug] = Field(default_factory=dict)
    """By fingerprint."""


@dataclass(frozen=True)
class Look:
    """What one session looked at."""

    session_id: str
    began: datetime
    at: datetime
    """When it ended."""
    complete: bool
    """Whether it saw every page in scope; otherwise nothing is fixed by it."""
    pages: frozenset[str] = frozenset()
    """The pages that it visited without failure."""
    inspected: frozenset[str] = frozenset()
    """Those among them that it looked at fully."""
    kinds: frozenset[str] = frozenset()
    """The kinds of bugs that it looked for."""
    kinds_by_inspection: frozenset[str] = frozenset()
    """Those among them that only show where a page is looked at fully."""
    analyzed: frozenset[str] = frozenset()
    """The pages that a language model was heard about."""
    kinds_by_analysis: frozenset[str] = frozenset()
    """The kinds of bugs that only show there."""
    least: Severity = Severity.LOW
    """It left out bugs less severe than this."""
    undecided: frozenset[str] = frozenset()
    """Links of which it could not tell whether they work."""


@dataclass(frozen=True)
class Comparison:
    """A session's bugs beside those of earlier sessions."""

    new: frozenset[str] = frozenset()
    """Fingerprints that no earlier session has found, or that were fixed and are back."""
    since: Mapping[str, datetime] = field(default_factory=dict)
    """Fingerprint -> when it was first seen, of those that are not new."""
    fixed: Mapping[str, KnownBug] = field(default_factory=dict)


def compare(
    history: History | None, found: Sequence[RecordedFinding], look: Look, keep: timedelta
) -> tuple[History, Comparison | None]:
    """The site's history after a session, and what it says of the session's bugs.

    Args:
        history: what is known; None: nothing.
        found: all bugs of the session, ignored ones too.
        look: what the session looked at.
        keep: bugs that nobody has seen for longer than this are forgotten; zero: none is.

    Returns:
        The comparison is None in the site's first session.
    """
    before = history or History(begun_in=look.session_id)
    bugs = dict(before.bugs)
    for one in found:
        bugs[one.finding.fingerprint] = _seen(bugs.get(one.finding.fingerprint), one, look)
    names = {one.finding.fingerprint for one in found}
    for name, bug in before.bugs.items():
        if name not in names and _is_fixed(bug, look):
            bugs[name] = bug.model_copy(update={"fixed_at": bug.fixed_at or look.at, "fixed_in": look.session_id})
    after = History(begun_in=before.begun_in, bugs=_bounded(bugs, look.at - keep if keep else None))
    if before.begun_in == look.session_id:
        return after, None
    return after, Comparison(
        new=frozenset(name for name in names if bugs[name].new_in == look.session_id),
        since={name: bugs[name].first_seen for name in names if bugs[name].new_in != look.session_id},
        fixed={name: bug for name, bug in bugs.items() if bug.fixed_in == look.session_id},
    )


def _seen(bug: KnownBug | None, one: RecordedFinding, look: Look) -> KnownBug:
    finding = one.finding
    back = bug is not None and bug.fixed_at is not None
    return KnownBug(
        kind=finding.kind,
        severity=finding.severity,
        title=finding.title,
        url=finding.url,
        resource=finding.resource,
        # The target of a broken link is where it shows, but the page with the link is where it is mended.
        pages=tuple(dict.fromkeys(page for page in (finding.url, *one.examples) if page != finding.resource)),
        first_seen=bug.first_seen if bug else one.first_seen,
        last_seen=max(bug.last_seen, look.at) if bug else look.at,
        new_in=look.session_id if bug is None or back else bug.new_in,
    )


def _is_fixed(bug: KnownBug, look: Look) -> bool:
    if bug.fixed_at is not None:
        return bug.fixed_in == look.session_id
    looked_at = look.inspected if bug.kind in look.kinds_by_inspection else look.pages
    if bug.kind in look.kinds_by_analysis:
        looked_at = look.analyzed
    return (
        look.complete
        and bug.last_seen < look.began  # or another session, of the same time, has just seen it
        and bug.kind in look.kinds
        and bug.severity.at_least(look.least)
        and looked_at.issuperset(bug.pages)
        and bug.resource not in look.undecided
    )


def _bounded(bugs: Mapping[str, KnownBug], oldest: datetime | None) -> dict[str, KnownBug]:
    kept: Iterable[tuple[str, KnownBug]] = bugs.items()
    if oldest is not None:
        kept = [(name, bug) for name, bug in kept if bug.last_seen >= oldest]
    return dict(sorted(kept, key=lambda item: item[1].last_seen, reverse=True)[:MAX_BUGS])

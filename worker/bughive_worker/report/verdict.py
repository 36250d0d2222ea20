"""What the findings mean for the session: how many of each severity, and passed or not."""

from collections import Counter
from collections.abc import Iterable, Sequence

from bughive_crds.crawl_session import BugCounts, FailOnSpec, Outcome
from bughive_crds.model import Severity
from bughive_protocol.finding import RecordedFinding
from bughive_worker.report.history import Comparison


def count_bugs(findings: Sequence[RecordedFinding], comparison: Comparison | None) -> BugCounts:
    """How many different bugs there are, by severity, and beside those of earlier sessions, if there were any."""
    counting = [recorded.finding for recorded in findings if recorded.finding.ignored is None]
    by_severity = Counter(finding.severity for finding in counting)
    new = sum(finding.fingerprint in comparison.new for finding in counting) if comparison else None
    return BugCounts(
        ignored=len(findings) - len(counting),
        new=new,
        known=None if new is None else len(counting) - new,
        fixed=len(comparison.fixed) if comparison else None,
        total=by_severity.total(),
        critical=by_severity[Severity.CRITICAL],
        high=by_severity[Severity.HIGH],
        medium=by_severity[Severity.MEDIUM],
        low=by_severity[Severity.LOW],
    )


def outcome(findings: Iterable[RecordedFinding], fail_on: FailOnSpec, comparison: Comparison | None) -> Outcome:
    """BugsFound where at least ``fail_on.count`` bugs are ``fail_on.severity`` or worse, else Passed.

    With ``fail_on.new_only`` known bugs do not count; without a comparison, in a site's first session, all do.
    """
    since = comparison.since if comparison else {}
    counting = sum(
        counts(finding.severity, fail_on, ignored=finding.ignored is not None, known=finding.fingerprint in since)
        for finding in (recorded.finding for recorded in findings)
    )
    return Outcome.BUGS_FOUND if counting >= fail_on.count else Outcome.PASSED


def counts(severity: Severity, fail_on: FailOnSpec, *, ignored: bool, known: bool) -> bool:
    """Whether this bug is one of those that make the outcome BugsFound."""
    return severity.at_least(fail_on.severity) and not ignored and not (known and fail_on.new_only)


def worst_first(findings: Iterable[RecordedFinding]) -> list[RecordedFinding]:
    """What counts before what is ignored; by severity, by how many pages show it, by kind and place: stable."""
    return sorted(
        findings,
        key=lambda recorded: (
            recorded.finding.ignored is not None,
            recorded.finding.severity.rank,
            -recorded.occurrences,
            recorded.finding.kind,
            recorded.finding.url,
            recorded.finding.fingerprint,
        ),
    )

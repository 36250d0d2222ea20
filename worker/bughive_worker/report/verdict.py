"""What the findings mean for the session: how many of each severity, and passed or not."""

from collections import Counter
from collections.abc import Iterable

from bughive_crds.crawl_session import BugCounts, FailOnSpec, Outcome
from bughive_crds.model import Severity
from bughive_protocol.finding import RecordedFinding


def count_bugs(findings: Iterable[RecordedFinding]) -> BugCounts:
    """How many different bugs there are, by severity."""
    by_severity = Counter(recorded.finding.severity for recorded in findings)
    return BugCounts(
        total=by_severity.total(),
        critical=by_severity[Severity.CRITICAL],
        high=by_severity[Severity.HIGH],
        medium=by_severity[Severity.MEDIUM],
        low=by_severity[Severity.LOW],
    )


def outcome(findings: Iterable[RecordedFinding], fail_on: FailOnSpec) -> Outcome:
    """BugsFound where at least ``fail_on.count`` bugs are ``fail_on.severity`` or worse, else Passed."""
    counting = sum(recorded.finding.severity.at_least(fail_on.severity) for recorded in findings)
    return Outcome.BUGS_FOUND if counting >= fail_on.count else Outcome.PASSED


def worst_first(findings: Iterable[RecordedFinding]) -> list[RecordedFinding]:
    """By severity, then by how many pages show it, then by kind and place, so that the order is stable."""
    return sorted(
        findings,
        key=lambda recorded: (
            recorded.finding.severity.rank,
            -recorded.occurrences,
            recorded.finding.kind,
            recorded.finding.url,
            recorded.finding.fingerprint,
        ),
    )

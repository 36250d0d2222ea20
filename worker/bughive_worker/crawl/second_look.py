"""What may be flaky is seen twice before it is reported. Pure."""

from collections.abc import Collection, Sequence

from bughive_protocol.finding import Finding
from bughive_protocol.frontier import PageEnd
from bughive_worker.observation import PageObservation

_SERVER_ERROR = 500
_FLAKY_ENDS = frozenset((PageEnd.TIMED_OUT, PageEnd.UNREACHABLE, PageEnd.DNS_FAILURE))


def failed(observation: PageObservation) -> bool:
    """Whether the page itself failed in a way that may pass."""
    return observation.end in _FLAKY_ENDS or (observation.status or 0) >= _SERVER_ERROR


def seen_again(first: PageObservation, again: PageObservation) -> bool:
    """Whether the second look got the page itself: neither another one, nor a site that wants to be left alone."""
    return again.end is PageEnd.LOADED and again.status == first.status


def doubtful(observation: PageObservation, findings: Sequence[Finding]) -> frozenset[str]:
    """The fingerprints of findings about requests that got no answer, or the server's own error."""
    shaky = {
        entry.url.partition("#")[0]
        for entry in observation.network
        if entry.failure is not None or (entry.status or 0) >= _SERVER_ERROR
    }
    return frozenset(finding.fingerprint for finding in findings if finding.resource in shaky)


def reproduced(
    findings: Sequence[Finding], doubted: Collection[str], seen_again: Sequence[Finding]
) -> tuple[Finding, ...]:
    """The findings that stand: those that were never in doubt, and those that a second look shows too."""
    again = {finding.fingerprint for finding in seen_again}
    return tuple(f for f in findings if f.fingerprint not in doubted or f.fingerprint in again)

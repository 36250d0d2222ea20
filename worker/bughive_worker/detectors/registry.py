"""Every detector there is, in one plain list, and how a session's checks choose among them."""

from collections.abc import Iterable, Sequence

from bughive_crds.crawl_session import ChecksSpec
from bughive_protocol.errors import InvalidSpec
from bughive_protocol.finding import Finding
from bughive_protocol.frontier import LinkItem, LinkResult, PageResult
from bughive_worker.detectors import (
    accessibility,
    broken_assets,
    broken_encoding,
    broken_images,
    broken_links,
    clipped_text,
    console_errors,
    duplicate_ids,
    duplicates,
    empty_page,
    exceptions,
    failed_requests,
    http_errors,
    link_checks,
    missing_title,
    mixed_content,
    overflow,
    overlap,
    page_failures,
    placeholder_text,
    security_headers,
    semantic,
    slow_pages,
)
from bughive_worker.detectors.detector import Detector, Oracle, SiteDetector
from bughive_worker.observation import PageObservation

DETECTORS: tuple[Detector, ...] = (
    page_failures.DETECTOR,
    http_errors.DETECTOR,
    broken_links.DETECTOR,
    broken_images.DETECTOR,
    broken_assets.DETECTOR,
    failed_requests.DETECTOR,
    exceptions.DETECTOR,
    console_errors.DETECTOR,
    mixed_content.DETECTOR,
    security_headers.DETECTOR,
    accessibility.DETECTOR,
    duplicate_ids.DETECTOR,
    overflow.DETECTOR,
    overlap.DETECTOR,
    clipped_text.DETECTOR,
    missing_title.DETECTOR,
    empty_page.DETECTOR,
    placeholder_text.DETECTOR,
    broken_encoding.DETECTOR,
    slow_pages.DETECTOR,
)

BY_INSPECTION: tuple[Detector, ...] = (
    accessibility.DETECTOR,
    overflow.DETECTOR,
    overlap.DETECTOR,
    clipped_text.DETECTOR,
)
"""Those among them that see nothing on a page that was not fully inspected."""

SITE_DETECTORS: tuple[SiteDetector, ...] = (duplicates.TITLES, duplicates.DESCRIPTIONS)

ORACLES: tuple[Oracle, ...] = (*DETECTORS, *SITE_DETECTORS, semantic.ORACLE)
"""All that a session may ask for by name."""


def detect(observation: PageObservation, checks: ChecksSpec) -> tuple[Finding, ...]:
    """The bugs that one visit shows, each once, by the detectors that the session wants."""
    found = (finding for detector in DETECTORS if wanted(detector, checks) for finding in detector.detect(observation))
    return _once(found, checks)


def detect_site(pages: Sequence[PageResult], checks: ChecksSpec) -> tuple[Finding, ...]:
    """The bugs that only show when all pages are known."""
    found = (finding for detector in SITE_DETECTORS if wanted(detector, checks) for finding in detector.detect(pages))
    return _once(found, checks)


def link_finding(item: LinkItem, result: LinkResult, checks: ChecksSpec | None = None) -> Finding | None:
    """The bug that a link check shows, if it shows one and the session wants to know."""
    finding = link_checks.link_finding(item, result)
    if finding is None or checks is None:
        return finding
    detector = next(detector for detector in DETECTORS if finding.kind in detector.kinds)
    return finding if wanted(detector, checks) and finding.severity.at_least(checks.min_severity) else None


def wanted(detector: Oracle, checks: ChecksSpec) -> bool:
    """Whether a session asks for this detector."""
    enabled = not checks.enable or detector.name in checks.enable
    return enabled and detector.name not in checks.disable


def wanted_kinds(checks: ChecksSpec) -> frozenset[str]:
    """The kinds of bugs that a session looks for."""
    return frozenset(kind for detector in ORACLES if wanted(detector, checks) for kind in detector.kinds)


def check_names(checks: ChecksSpec) -> None:
    """Refuse names that no detector has, and kinds that no detector finds.

    Raises:
        InvalidSpec: naming them and those that exist.
    """
    names = sorted(detector.name for detector in ORACLES)
    unknown = sorted({*checks.enable, *checks.disable} - set(names))
    if unknown:
        raise InvalidSpec(
            f"checks: no detector is called {', '.join(unknown)}. There are: {', '.join(names)}. Correct spec.checks."
        )
    kinds = {kind for detector in ORACLES for kind in detector.kinds}
    odd = sorted({ignore.kind for ignore in checks.ignore if ignore.kind is not None} - kinds)
    if odd:
        raise InvalidSpec(
            f"checks.ignore: there is no kind of bug called {', '.join(odd)}; docs/detectors.md lists them. "
            "Correct spec.checks."
        )


def _once(found: Iterable[Finding], checks: ChecksSpec) -> tuple[Finding, ...]:
    first: dict[str, Finding] = {}
    for finding in found:
        if finding.severity.at_least(checks.min_severity):
            first.setdefault(finding.fingerprint, finding)
    return tuple(first.values())

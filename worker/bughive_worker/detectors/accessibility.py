"""What keeps people with disabilities from using the page, as axe-core judges it.

One kind per rule (``a11y-image-alt``). Elements of one component, which is told by the nearest class or id, are one
bug with a count, on whatever pages it stands; without such a name, like elements of one template are. One pair of
colours is one bug on the whole site, since one change mends it. The severity is axe-core's impact where the rule
names a barrier, such as a button without a name; contrast is a matter of degree; all else is Low, since sites get
along with unsound markup. Not reported: what rules find that are not run, see ``accessibility_rules``.
"""

import re
from collections.abc import Iterator

from bughive_crds.model import Severity
from bughive_protocol.finding import SITE, Confidence, Finding, fingerprint
from bughive_worker.detectors.accessibility_rules import RULES
from bughive_worker.detectors.detector import Detector
from bughive_worker.detectors.identity import component, normal_selector, where
from bughive_worker.detectors.naming import spoken
from bughive_worker.detectors.page import address
from bughive_worker.detectors.wording import clip, count, evidence, title
from bughive_worker.observation import AxeViolation, PageObservation

_IMPACTS = {"critical": Severity.HIGH, "serious": Severity.MEDIUM}
_BARRIERS = frozenset(
    {
        "area-alt",
        "aria-command-name",
        "aria-hidden-body",
        "aria-hidden-focus",
        "aria-input-field-name",
        "aria-toggle-field-name",
        "button-name",
        "frame-title",
        "image-alt",
        "input-button-name",
        "input-image-alt",
        "label",
        "link-name",
        "object-alt",
        "role-img-alt",
        "select-name",
        "svg-img-alt",
        "video-caption",
    }
)
"""Where one of these is broken, somebody cannot use the thing at all; other rules ask for sound markup."""
_OF_THE_SITE = frozenset(
    {
        "html-has-lang",
        "html-lang-valid",
        "html-xml-lang-mismatch",
        "landmark-one-main",
        "meta-viewport",
        "page-has-heading-one",
    }
)
"""Rules on what pages inherit from one frame."""
_CONTRAST = re.compile(
    r"contrast of (?P<ratio>[\d.]+) \(foreground color: (?P<ink>#\w+), background color: (?P<paper>#\w+)"
)
_UNREADABLE = 2.0
"""A contrast below this is hard to read for anyone; WCAG asks for 4.5."""


def detect(observation: PageObservation) -> Iterator[Finding]:
    """Each rule that elements of the page break."""
    groups: dict[str, list[AxeViolation]] = {}
    for violation in observation.accessibility:
        groups.setdefault(_identity(violation, observation.template), []).append(violation)
    for identity, violations in groups.items():
        yield _finding(observation, identity, violations)


def _identity(violation: AxeViolation, template: str | None) -> str:
    kind = f"a11y-{violation.rule}"
    colours = _CONTRAST.search(violation.summary)
    if violation.rule == "color-contrast" and colours:
        return fingerprint(kind, f"{colours['ink']} on {colours['paper']}", SITE)
    part = component(violation.selector)
    shared = violation.in_chrome or violation.rule in _OF_THE_SITE or part is not None
    return fingerprint(kind, part or normal_selector(violation.selector), where(template, shared=shared))


def _finding(observation: PageObservation, identity: str, violations: list[AxeViolation]) -> Finding:
    first = violations[0]
    page = address(observation)
    alike = len(violations)
    return Finding(
        fingerprint=identity,
        kind=f"a11y-{first.rule}",
        severity=_severity(first),
        confidence=Confidence.FIRM,
        title=title(f"{first.help}: {spoken(first.html)}"),
        description=f"{clip(first.summary, 400)} How to mend it: {first.help_url}",
        url=page,
        selector=first.selector,
        template=observation.template,
        box=first.box,
        evidence=evidence(
            rule=first.rule,
            element=first.html,
            selector=first.selector,
            alike=f"{count(alike, 'element')} of this page" if alike > 1 else None,
        ),
        steps=(f"Open {page}", f"Run axe-core, or look at {spoken(first.html)}", first.help),
    )


def _severity(violation: AxeViolation) -> Severity:
    if violation.rule == "color-contrast":
        colours = _CONTRAST.search(violation.summary)
        return Severity.MEDIUM if colours and float(colours["ratio"]) < _UNREADABLE else Severity.LOW
    return _IMPACTS.get(violation.impact, Severity.LOW) if violation.rule in _BARRIERS else Severity.LOW


DETECTOR = Detector(
    "accessibility",
    "What axe-core finds on new templates: names, labels, roles, contrast, order.",
    tuple(f"a11y-{rule}" for rule in RULES),
    detect,
)

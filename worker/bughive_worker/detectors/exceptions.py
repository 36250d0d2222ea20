"""Errors of the page's own scripts that nothing caught.

Reports uncaught exceptions and unhandled rejections. The same error from the same script is one bug on however
many pages. An error in another site's script is Low, and so is one that may only follow from the crawl's network: a
request without an answer, or any error where another site's script did not arrive. Not reported: errors of browser
extensions, the benign ResizeObserver notice, and requests cancelled because the visit was over (AbortError).
"""

import re
from collections.abc import Iterator

from bughive_crds.model import Severity
from bughive_protocol.finding import SITE, Confidence, Finding, fingerprint
from bughive_worker.detectors.detector import Detector
from bughive_worker.detectors.identity import normal_message, normal_path, same_site
from bughive_worker.detectors.page import address
from bughive_worker.detectors.wording import evidence, title
from bughive_worker.observation import PageObservation, ScriptError

EXCEPTION = "uncaught-exception"
REJECTION = "unhandled-rejection"
_FRAME = re.compile(r"((?:https?|file)://[^\s()]+?)(?::\d+)?(?::\d+)?\)?\s*$", re.MULTILINE)
_BENIGN = re.compile(
    r"ResizeObserver loop|^Script error\.?$|AbortError|The user aborted|chrome-extension://", re.IGNORECASE
)
_NO_ANSWER = re.compile(r"Failed to fetch|NetworkError|Network Error|Load failed|Importing a module script failed")


def detect(observation: PageObservation) -> Iterator[Finding]:
    """What the page threw and nothing caught."""
    for error in observation.exceptions:
        if not _BENIGN.search(error.message) and not _BENIGN.search(error.stack):
            yield _finding(observation, error)


def _finding(observation: PageObservation, error: ScriptError) -> Finding:
    page = address(observation)
    kind = REJECTION if error.rejection else EXCEPTION
    script = _script(error)
    own = script is None or same_site(script, page)
    may_be_ours = bool(_NO_ANSWER.search(error.message)) or _lacks_a_far_script(observation, page)
    # A script in the page itself is named by the template, not by each page's address.
    inline = script is None or normal_path(script) in (normal_path(page), normal_path(observation.url))
    place = "inline" if inline else normal_path(str(script))
    return Finding(
        fingerprint=fingerprint(kind, f"{place} {normal_message(error.message)}", SITE),
        kind=kind,
        severity=Severity.HIGH if own and not may_be_ours else Severity.LOW,
        confidence=Confidence.TENTATIVE if may_be_ours else Confidence.CERTAIN,
        title=title(f"{'Unhandled rejection' if error.rejection else 'Uncaught exception'}: {error.message}"),
        description="A script of the page stopped halfway: whatever it was about to do did not happen. "
        "The stack names the line; handle the case or mend the call.",
        url=page,
        resource=None if inline else script,
        template=observation.template,
        evidence=evidence(message=error.message, stack=error.stack, script=script),
        steps=(f"Open {page} with the browser's console", f"It shows: {error.message[:200]}"),
    )


def _lacks_a_far_script(observation: PageObservation, page: str) -> bool:
    """Whether a script of another site did not arrive, which visitors may well get."""
    return any(
        entry.failure is not None and entry.resource_type == "script" and not same_site(entry.url, page)
        for entry in observation.network
    )


def _script(error: ScriptError) -> str | None:
    match = _FRAME.search(error.stack)
    return match[1] if match else None


DETECTOR = Detector(
    "exceptions", "Uncaught exceptions and unhandled rejections of scripts.", (EXCEPTION, REJECTION), detect
)

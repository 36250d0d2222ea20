"""Text that was decoded with the wrong character set.

Reports UTF-8 that was read as Windows-1252 ("cafÃ©"), which is told by reading it back, and replacement characters
inside words ("caf\N{REPLACEMENT CHARACTER}"). One bug per template. Not reported: code, and a lone replacement
character, which may be shown on purpose.
"""

import re
from collections.abc import Iterator

from bughive_crds.model import Severity
from bughive_protocol.finding import Confidence, Finding, fingerprint
from bughive_worker.detectors.detector import Detector
from bughive_worker.detectors.identity import where
from bughive_worker.detectors.page import address
from bughive_worker.detectors.wording import count, evidence, title
from bughive_worker.observation import PageObservation

KIND = "broken-encoding"
_FOREIGN = re.compile(r"[^\x00-\x7f]{2,}")
_LOST = re.compile("\\w\ufffd|\ufffd\\w")


def detect(observation: PageObservation) -> Iterator[Finding]:
    """Blocks of text that read back as something else."""
    candidates = observation.dom.garbled_texts if observation.dom else ()
    garbled = [block for block in candidates if is_garbled(block.text)]
    if not garbled:
        return
    first, page = garbled[0], address(observation)
    shared = all(block.in_chrome for block in garbled)
    yield Finding(
        fingerprint=fingerprint(KIND, "text", where(observation.template, shared=shared)),
        kind=KIND,
        severity=Severity.MEDIUM,
        confidence=Confidence.FIRM,
        title=title(f"Garbled characters: {first.text}"),
        description="Letters were lost between the server's character set and the one it declares. "
        "Serve UTF-8, say so in Content-Type and <meta charset>, and look where the text was stored wrongly.",
        url=page,
        selector=first.selector,
        template=observation.template,
        box=first.box,
        evidence=evidence(
            text=first.text,
            content_type=observation.headers.get("content-type"),
            alike=count(len(garbled), "block") if len(garbled) > 1 else None,
        ),
        steps=(f"Open {page}", f"Look at {first.selector}"),
    )


def is_garbled(text: str) -> bool:
    """Whether letters were lost, or a run of foreign characters is really UTF-8 in disguise."""
    return bool(_LOST.search(text)) or any(_is_disguised(run) for run in _FOREIGN.findall(text))


def _is_disguised(run: str) -> bool:
    try:
        meant = b"".join(map(_byte, run)).decode("utf-8")
    except UnicodeError:
        return False
    return len(meant) < len(run)


def _byte(character: str) -> bytes:
    """The byte that a browser shows as this character in Windows-1252; control characters stand for themselves."""
    return bytes([ord(character)]) if "\x80" <= character <= "\x9f" else character.encode("cp1252")


DETECTOR = Detector("broken-encoding", "Text decoded with the wrong character set.", (KIND,), detect)

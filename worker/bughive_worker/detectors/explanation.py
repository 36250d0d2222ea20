"""What a detector says of itself: for reports, and for docs/detectors.md."""

import inspect

from bughive_worker.detectors import semantic
from bughive_worker.detectors.detector import Detector, Oracle, SiteDetector


def explanation(detector: Oracle) -> str:
    """What its bugs are, and what it does not report, in Markdown."""
    source = inspect.getmodule(detector.detect) if isinstance(detector, Detector | SiteDetector) else semantic
    says = inspect.getdoc(source) or ""
    return says.replace("``", "`")

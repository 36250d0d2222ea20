"""The detectors' documentation, written from the registry: ``python -m bughive_worker.detectors.catalogue``.

``docs/detectors.md`` is its output; a test holds it fresh.
"""

import inspect
import sys

from bughive_worker.detectors import semantic
from bughive_worker.detectors.detector import Detector, Oracle, SiteDetector
from bughive_worker.detectors.registry import ORACLES

_HEAD = """\
# Detectors

Generated from the registry by `python -m bughive_worker.detectors.catalogue`; do not edit.

`spec.checks.enable` and `spec.checks.disable` take the names below. Without them all detectors run. Each finding has
a severity (Critical, High, Medium, Low: how much it hurts visitors) and a confidence (certain, firm, tentative: how
sure it is that this is a bug). The same bug has one fingerprint on however many pages it is seen.
"""
_MANY = 8
"""A detector with more kinds than this names them in its section only."""


def markdown() -> str:
    """The whole page."""
    rows = [f"| [`{one.name}`](#{one.name}) | {one.description} | {_kinds(one)} |" for one in ORACLES]
    table = "\n".join(("| name | finds | kinds |", "|---|---|---|", *rows))
    return "\n".join((_HEAD, table, "", *(_section(one) for one in ORACLES)))


def _kinds(detector: Oracle) -> str:
    kinds = detector.kinds
    return f"{len(kinds)} kinds" if len(kinds) > _MANY else ", ".join(f"`{kind}`" for kind in kinds)


def explanation(detector: Oracle) -> str:
    """What its bugs are, and what it does not report, in Markdown."""
    source = inspect.getmodule(detector.detect) if isinstance(detector, Detector | SiteDetector) else semantic
    says = inspect.getdoc(source) or ""
    return says.replace("``", "`")


def _section(detector: Oracle) -> str:
    listed = f"\n\nKinds: {', '.join(f'`{kind}`' for kind in detector.kinds)}." if len(detector.kinds) > _MANY else ""
    return f"## {detector.name}\n\n{explanation(detector)}{listed}\n"


if __name__ == "__main__":
    sys.stdout.write(markdown())

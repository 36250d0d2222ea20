"""Writes docs/detectors.md from the registry: `python -m bughive_dev.detectors_page [--check]`."""

import sys

from bughive_dev.checkout import ROOT
from bughive_dev.generated import write_or_check
from bughive_worker.detectors.detector import Oracle
from bughive_worker.detectors.explanation import explanation
from bughive_worker.detectors.registry import ORACLES

PAGE = ROOT / "docs" / "detectors.md"
_HEAD = """\
# Detectors

Generated from the registry by `python -m bughive_dev.detectors_page`; do not edit.

`spec.checks.enable` and `spec.checks.disable` take the names below. Without them all detectors run. Each finding has
a severity (Critical, High, Medium, Low: how much it hurts visitors) and a confidence (certain, firm, tentative: how
sure it is that this is a bug). The same bug has one fingerprint on however many pages it is seen.
"""
_MANY = 8
"""A detector with more kinds than this names them in its section only."""


def render() -> str:
    """The page's text."""
    rows = [f"| [`{one.name}`](#{one.name}) | {one.description} | {_kinds(one)} |" for one in ORACLES]
    table = "\n".join(("| name | finds | kinds |", "|---|---|---|", *rows))
    return "\n".join((_HEAD, table, "", *(_section(one) for one in ORACLES)))


def _kinds(detector: Oracle) -> str:
    kinds = detector.kinds
    return f"{len(kinds)} kinds" if len(kinds) > _MANY else ", ".join(f"`{kind}`" for kind in kinds)


def _section(detector: Oracle) -> str:
    listed = f"\n\nKinds: {', '.join(f'`{kind}`' for kind in detector.kinds)}." if len(detector.kinds) > _MANY else ""
    return f"## {detector.name}\n\n{explanation(detector)}{listed}\n"


def main() -> int:
    """Write the page, or with ``--check`` say whether it is fresh."""
    return write_or_check({PAGE: render()}, "bughive_dev.detectors_page")


if __name__ == "__main__":
    sys.exit(main())

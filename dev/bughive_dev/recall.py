"""How many of the demo shop's planted bugs a report names."""

import sys
from pathlib import Path

from rich.console import Console

from bughive_dev.checkout import ROOT
from bughive_protocol.finding import Finding
from bughive_worker.report.document import ReportDocument


def print_recall(console: Console, report: Path) -> None:
    """Hold ``report.json`` against the shop's answer key."""
    # The sites are part of the tests, which are no installed package.
    sys.path.insert(0, str(ROOT / "tests"))
    from sites.shop.answer_key import score

    result = score(findings_of(report))
    planted = len(result.found) + len(result.missed)
    beyond = sum(not bug.detectable for bug in result.missed)
    console.print(
        f"\nPlanted bugs: {planted}. Found: {len(result.found)} ({result.recall_of_all:.0%}); "
        f"of those that a detector can see: {result.recall:.0%}; beyond today's detectors: {beyond}.",
        highlight=False,
    )


def findings_of(report: Path) -> list[Finding]:
    """The findings of a ``report.json``."""
    document = ReportDocument.model_validate_json(report.read_bytes())
    fields = Finding.model_fields
    return [Finding(**{name: getattr(finding, name) for name in fields}) for finding in document.findings]

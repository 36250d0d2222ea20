from pathlib import Path

from bughive_worker.detectors.catalogue import markdown
from bughive_worker.detectors.registry import ORACLES

ROOT = Path(__file__).parents[4]


def test_the_documentation_of_detectors_is_fresh():
    written = (ROOT / "docs" / "detectors.md").read_text(encoding="utf-8")
    assert written == markdown(), "run: python -m bughive_worker.detectors.catalogue > docs/detectors.md"


def test_every_detector_says_what_it_does_not_report():
    for detector in ORACLES:
        section = markdown().split(f"\n## {detector.name}\n")[1].split("\n## ")[0]
        assert "Not reported" in section or "not run" in section, detector.name

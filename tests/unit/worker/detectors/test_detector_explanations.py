import pytest

from bughive_worker.detectors.explanation import explanation
from bughive_worker.detectors.registry import ORACLES


@pytest.mark.parametrize("detector", ORACLES, ids=lambda one: one.name)
def test_every_detector_says_what_it_does_not_report(detector):
    assert "Not reported" in explanation(detector) or "not run" in explanation(detector)

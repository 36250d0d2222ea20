"""What a page tells of its elements' places is taken where it is one."""

import pytest

from bughive_worker.browser.capture import _boxes


@pytest.mark.parametrize("told", [None, "x", {}, [[1, 2, 3]], [[float("nan"), 1, 2, 3], 7, None, ["1", 2, 3, 4]]])
def test_what_is_no_place_is_none(told):
    assert _boxes(told) == ()

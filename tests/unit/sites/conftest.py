"""Both shops, served once per module; ``sites`` is imported from ``tests/``."""

import sys
from pathlib import Path

import pytest

TESTS = str(Path(__file__).resolve().parents[2])
if TESTS not in sys.path:
    sys.path.insert(0, TESTS)


@pytest.fixture(params=[False, True], ids=["buggy", "clean"])
async def twin(request):
    """Each of the two shops in turn: (is it the clean one, the running site)."""
    from sites.shop.server import start

    site = await start(clean=request.param)
    yield request.param, site
    await site.close()

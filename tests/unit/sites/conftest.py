"""Both shops, served once per module."""

import pytest
from sites.shop.server import start


@pytest.fixture(params=[False, True], ids=["buggy", "clean"])
async def twin(request):
    """Each of the two shops in turn: (is it the clean one, the running site)."""
    site = await start(clean=request.param)
    yield request.param, site
    await site.close()

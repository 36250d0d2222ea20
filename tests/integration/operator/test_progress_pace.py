"""How often a running session's status is written."""

import pytest


@pytest.fixture
def settings(settings):
    return settings.model_copy(update={"progress_interval_seconds": 3600})


@pytest.mark.usefixtures("operator")
async def test_the_first_page_is_shown_at_once_and_later_ones_after_the_interval(users, worker):
    await users.apply()
    turn = await worker.take()
    await users.phase("Running", message="Crawling: the browser is about to open the first page.")
    await turn.crawl("a")
    await users.phase("Running", message="Crawling: 1/1 pages, no bugs so far.")
    await turn.crawl("b")
    await users.apply(name="another")
    await worker.take()
    await users.phase("Running", name="another")
    shown = await users.status()
    assert shown["progress"]["pages"] == "1/1"
    await turn.finish()
    done = await users.phase("Completed")
    assert done["progress"]["pages"] == "2/2"

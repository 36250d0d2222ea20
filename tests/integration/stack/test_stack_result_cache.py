"""Sessions that reuse what earlier ones saw, with all of BugHive around them."""

from bughive_crds.crawl_session import Phase

CACHE = {"resultCache": {"maxAgeSeconds": 3600}, "artifacts": {"screenshots": "None"}}
FAST = {"requestsPerSecond": 100}


def test_shards_reuse_what_an_earlier_session_saw_and_history_takes_the_pages_for_visited(installation):
    first_uid = installation.apply("first", browser=FAST, **CACHE)
    first = installation.wait_for("first", Phase.COMPLETED)
    assert first.progress.pages_reused == 0

    second_uid = installation.apply("second", browser=FAST, shards=2, **CACHE)
    second = installation.wait_for("second", Phase.COMPLETED)
    # Of each template the page that is seen first is inspected: another one than before has to be opened for that.
    assert second.progress.pages_reused >= second.progress.pages_crawled // 2
    assert f"{second.progress.pages_reused} pages unchanged since an earlier session" in second.message
    assert (second.bugs.total, second.bugs.new, second.bugs.fixed) == (first.bugs.total, 0, 0)

    before, after = installation.outcome(first_uid), installation.outcome(second_uid)
    assert after.pages == before.pages
    assert after.bugs == before.bugs
    assert after.counts["reused"] == second.progress.pages_reused

"""What users do by kubectl while a session runs."""

from bughive_dev.waiting import wait_until

SLOW = {"requestsPerSecond": 2}


def test_a_suspended_session_goes_on_where_it_was(release):
    release.crawl("paused", browser=SLOW)
    release.crawled("paused", 5)
    release.change("paused", suspend=True)
    suspended = release.reaches("paused", "Suspended")
    assert suspended.get("worker") is None

    release.change("paused", suspend=False, priority="High")
    done = release.reaches("paused", "Completed")

    assert (done["attempt"], done["failures"]) == (2, 0)
    assert release.whole("paused").pages.crawled == 40
    release.delete("paused")


def test_a_cancelled_session_keeps_what_it_found(release):
    release.crawl("cancelled", browser=SLOW)
    release.crawled("cancelled", 5)

    release.change("cancelled", cancel=True)

    release.reaches("cancelled", "Cancelled")
    assert release.report("cancelled").partial
    release.delete("cancelled")


def test_a_deleted_session_leaves_no_work(release):
    release.crawl("deleted", browser=SLOW)
    release.crawled("deleted", 5)

    release.delete("deleted")

    leases = "import os,redis; print(redis.Redis.from_url(os.environ['REDIS_URL']).zcard('bughive:leases'))"
    wait_until("no lease is held", lambda: release.python("worker-crawl", leases) == "0\n", 30)

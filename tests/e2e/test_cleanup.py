"""The nightly job, started by hand."""

from .kube import NAMESPACE

AGE = """
import os, redis, time
client = redis.Redis.from_url(os.environ["REDIS_URL"], decode_responses=True)
print(sorted(client.zrange("bughive:sessions", 0, -1)))
"""


def test_the_job_removes_sessions_that_are_over_and_no_others(release):
    release.crawl("over", scope={"maxPages": 2})
    release.crawl("waits", startAt="2099-01-01T00:00:00Z")
    release.crawl("held", browser={"requestsPerSecond": 1})
    release.reaches("over", "Completed")
    release.crawled("held", 1)
    over, held = (release.kube.get("crawlsession", name)["metadata"]["uid"] for name in ("over", "held"))

    # As if a day had passed: what is over may go at once.
    job = release.kube.kubectl(
        "create", "job", "-n", NAMESPACE, "--from=cronjob/bughive-cleanup", "clean", "--dry-run=client", "-o", "json"
    )
    release.kube.kubectl("apply", "-f", "-", stdin=job.replace('"24"', '"0"'))
    release.kube.kubectl("wait", "-n", NAMESPACE, "--for=condition=complete", "job/clean", "--timeout=60s")

    stored = release.python("worker-crawl", AGE)
    assert over not in stored
    assert held in stored
    assert release.report("over").pages.crawled == 2
    release.kube.kubectl("delete", "job", "-n", NAMESPACE, "clean")
    release.delete("over", "waits", "held")

"""More work than one pod can do."""

from bughive_dev.waiting import wait_until

from .kube import NAMESPACE

SESSIONS = 10


def test_ten_sessions_scale_the_crawlers_out_and_in_and_none_is_lost(release):
    names = [f"load-{number}" for number in range(SESSIONS)]
    for name in names:
        release.crawl(name, scope={"maxPages": 30})

    most = 1

    def all_done() -> bool:
        nonlocal most
        most = max(most, len(release.pods("worker-crawl")))
        sessions = release.kube.get("crawlsessions")["items"]
        phases = [one.get("status", {}).get("phase") for one in sessions if one["metadata"]["name"] in names]
        return phases.count("Completed") == SESSIONS

    wait_until("all are Completed", all_done, 420, lambda: release.kube.kubectl("get", "crawlsessions"))
    assert most > 1, "the autoscaler added no pod"
    for name in names:
        assert release.whole(name).pages.crawled == 30
        assert release.status(name)["failures"] == 0
    wait_until(
        "the autoscaler took the pods away again",
        lambda: len(release.pods("worker-crawl")) == 1,
        180,
        lambda: release.kube.kubectl("describe", "hpa", "-n", NAMESPACE, "bughive-worker-crawl"),
    )
    release.delete(*names)

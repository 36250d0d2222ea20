"""What goes wrong in a cluster: every session ends Completed all the same, whole and counted once."""

import pytest

from .kube import NAMESPACE

SLOW = {"requestsPerSecond": 2}


@pytest.fixture
def running(release):
    """A session in mid-crawl."""
    release.crawl("victim", browser=SLOW)
    release.crawled("victim", 6)
    yield "victim"
    release.delete("victim")


def ends_whole(release, name: str) -> dict:
    status = release.reaches(name, "Completed", 200)
    assert release.whole(name).pages.crawled == 40
    return status


def test_a_crawl_pod_deleted_by_force(release, running):
    release.kube.kubectl("delete", "pod", "-n", NAMESPACE, release.worker(running), "--grace-period=0", "--force")

    assert ends_whole(release, running)["attempt"] >= 2


def test_a_node_drained(release, running):
    node = release.kube.get("pod", "-n", NAMESPACE, release.worker(running))["spec"]["nodeName"]
    pods = "--pod-selector=app.kubernetes.io/component in (worker-crawl,operator)"
    try:
        release.kube.kubectl("drain", node, pods, "--ignore-daemonsets", "--delete-emptydir-data", "--timeout=120s")
        status = ends_whole(release, running)
    finally:
        release.kube.kubectl("uncordon", node)
    # A second worker of the same node may have taken it before it was drained itself.
    assert status["attempt"] >= 2
    assert status["failures"] == 0


def test_the_leading_operator_deleted(release, running):
    release.kube.kubectl("delete", "pod", "-n", NAMESPACE, release.leader(), "--grace-period=0", "--force")

    assert ends_whole(release, running)["attempt"] == 1


def test_redis_restarted(release, running):
    release.kube.kubectl("delete", "pod", "-n", NAMESPACE, "bughive-redis-0")

    ends_whole(release, running)


def test_a_cut_of_all_at_once(release, running):
    """Redis, the leader and the worker in the same moment."""
    pods = (release.worker(running), release.leader(), "bughive-redis-0")
    release.kube.kubectl("delete", "pod", "-n", NAMESPACE, *pods, "--grace-period=0", "--force")

    ends_whole(release, running)

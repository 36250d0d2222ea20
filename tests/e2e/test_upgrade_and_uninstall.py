"""The life of a release, in this order; the last test ends it."""

from bughive_dev.waiting import wait_until

from .kube import NAMESPACE

SLOW = {"requestsPerSecond": 3}


def test_an_upgrade_and_a_rollback_in_mid_crawl_lose_nothing(release):
    release.crawl("upgraded", browser=SLOW, scope={"maxPages": 60})
    release.crawled("upgraded", 5)
    password = release.kube.get("secret", "-n", NAMESPACE, "bughive-redis")["data"]

    release.upgrade("--set", "settings.logLevel=DEBUG")
    release.crawled("upgraded", 10)
    release.kube.helm("rollback", "bughive", "--wait", "--timeout=180s")

    status = release.reaches("upgraded", "Completed", 200)
    assert release.whole("upgraded").pages.crawled == 60
    assert status["failures"] == 0
    assert release.kube.get("secret", "-n", NAMESPACE, "bughive-redis")["data"] == password


# Helm itself leaves the pod of `helm test`, which is over.
def test_an_uninstall_leaves_what_is_to_be_kept_and_nothing_else(release):
    release.kube.helm("uninstall", "bughive", "--wait")

    wait_until(
        "the pods are gone",
        lambda: (
            release.kube.get(
                "pods", "-n", NAMESPACE, "-l", "app.kubernetes.io/instance=bughive,app.kubernetes.io/component!=test"
            )["items"]
            == []
        ),
        90,
    )
    left = release.kube.kubectl(
        "get",
        "deploy,sts,svc,secret,cm,sa,role,rolebinding,hpa,pdb,cronjob,job,netpol",
        "-n",
        NAMESPACE,
        "-o",
        "name",
        "-l",
        "app.kubernetes.io/instance=bughive",
    )
    assert left == ""
    cluster_wide = release.kube.kubectl(
        "get", "clusterrole,clusterrolebinding", "-o", "name", "-l", "app.kubernetes.io/instance=bughive"
    )
    assert cluster_wide == ""
    assert (
        release.kube.get("crd", "crawlsessions.bughive.dev")["metadata"]["annotations"]["helm.sh/resource-policy"]
        == "keep"
    )
    assert release.status("upgraded")["phase"] == "Completed"

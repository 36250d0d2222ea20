"""A session from apply to report, with Chromium in a pod."""

import sys

import pytest
from sites.shop.answer_key import score

from bughive_dev.recall import findings_of


def test_the_bugs_of_the_demo_shop_are_found_and_the_report_can_be_fetched(release, tmp_path):
    release.crawl("demo", scope={"maxPages": 250}, browser={"requestsPerSecond": 50})

    status = release.reaches("demo", "Completed", 300)
    out = tmp_path / "report"
    release.kube.run(
        [sys.executable.replace("python", "bughive"), "report", "demo", "-n", "default", "--out", str(out)]
    )

    result = score(findings_of(out / "report.json"))
    assert status["outcome"] == "BugsFound"
    # Whether two texts lie on each other depends on their font, and the image's is not the machine's.
    assert [bug.id for bug in result.missed if bug.detectable and bug.kind != "layout-overlap"] == []
    assert "<title>" in (out / "report.html").read_text()
    release.whole("demo")
    release.delete("demo")


@pytest.mark.parametrize(
    "url", ["https://kubernetes.default.svc/", "http://bughive-redis.bughive.svc:80/", "http://169.254.169.254/"]
)
def test_a_crawl_cannot_reach_into_the_cluster(release, url):
    release.crawl("inside", url=url, backoffLimit=0)

    status = release.reaches("inside", "Failed")

    assert "BUGHIVE_EGRESS_ALLOW" in status["message"]
    release.delete("inside")

"""What administrators look at."""

import base64

from bughive_dev.waiting import wait_until

from .kube import NAMESPACE

SCRAPE = "import urllib.request; print(urllib.request.urlopen('http://127.0.0.1:{port}/metrics').read().decode())"


def test_metrics_can_be_scraped(release):
    release.crawl("measured", scope={"maxPages": 5})
    release.reaches("measured", "Completed")

    leaders = [
        release.kube.kubectl("exec", "-n", NAMESPACE, name, "--", "python", "-c", SCRAPE.format(port=8080))
        for name in release.names("operator")
    ]
    workers = [
        release.kube.kubectl("exec", "-n", NAMESPACE, name, "--", "python", "-c", SCRAPE.format(port=9090))
        for name in release.names("worker-crawl")
    ]

    assert sorted(
        line for page in leaders for line in page.splitlines() if line.startswith("bughive_operator_leader ")
    ) == [
        "bughive_operator_leader 0.0",
        "bughive_operator_leader 1.0",
    ]
    assert any('bughive_worker_pages_total{end="Loaded"}' in page for page in workers)
    release.delete("measured")


def test_flower_shows_the_workers_to_who_knows_the_password(release):
    secret = release.kube.get("secret", "-n", NAMESPACE, "bughive-flower")["data"]["password"]
    login = base64.b64encode(b"bughive:" + base64.b64decode(secret)).decode()
    ask = (
        "import json,urllib.request as r; "
        f"q=r.Request('http://127.0.0.1:5555/workers?json=1', headers={{'Authorization': 'Basic {login}'}}); "
        "print(sorted(w['hostname'].split('.')[0] for w in json.load(r.urlopen(q))['data']))"
    )
    refused = """
import urllib.error, urllib.request
try:
    urllib.request.urlopen("http://127.0.0.1:5555/workers")
except urllib.error.HTTPError as error:
    print(error.code)
"""

    assert release.python("flower", refused) == "401\n"
    wait_until(
        "Flower knows each queue's worker",
        lambda: {"crawl", "default", "media", "tickets"} <= set(eval(release.python("flower", ask))),
        60,
    )

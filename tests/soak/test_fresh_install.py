"""`helm install` on a new cluster, where Redis and everybody who needs it start in the same moment.

A worker whose first packet to Redis is refused by kube-proxy may connect a second later and then hear nothing for
ever, if it has Celery's own settings (tests/integration/worker/test_reject_window.py shows it without a cluster).
"""

import time

import pytest
from e2e.kube import NAMESPACE, RESTRICTED, Kube
from e2e.loaded_cluster import loaded_cluster
from e2e.release import CHART, VALUES

from bughive_dev.waiting import wait_until
from bughive_protocol.queues import QUEUES

SECONDS = 60
"""How long after Redis is ready a worker may take to take a task."""
REDIS = "bughive-redis-0"
ASK = """
import sys, redis
from bughive_protocol.broker import make_app
from bughive_protocol.messages import HEALTH
from bughive_protocol.settings import RedisSettings
app = make_app(RedisSettings())
asked = [app.send_task(HEALTH, queue=queue) for queue in sys.argv[1:]]
print(*(answer.get(timeout=5)["worker"].partition(".")[0] for answer in asked))
"""


@pytest.fixture
def kube(tmp_path, round_number):
    del round_number  # each round has a cluster of its own
    with loaded_cluster(tmp_path / "cluster") as kubeconfig:
        yield Kube(kubeconfig, tmp_path)


def redis_is_ready(kube: Kube, before: str) -> bool:
    """Whether there is a Redis, another one than `before`, and it is ready."""
    pods = kube.get("pods", "-n", NAMESPACE, "--field-selector", f"metadata.name={REDIS}")["items"]
    return any(
        pod["metadata"]["uid"] != before and condition["type"] == "Ready" and condition["status"] == "True"
        for pod in pods
        for condition in pod["status"].get("conditions", ())
    )


def seconds_until_all_work(kube: Kube, before: str = "") -> float:
    """How long after Redis is ready the workers of every queue have taken a task."""
    wait_until("Redis is ready", lambda: redis_is_ready(kube, before), 120)
    started = time.monotonic()

    def all_work() -> bool:
        # The newest worker to be ready is not waited for: what counts is the task.
        operator = kube.get("pods", "-n", NAMESPACE, "-l", "app.kubernetes.io/component=operator")["items"]
        running = [pod["metadata"]["name"] for pod in operator if pod["status"]["phase"] == "Running"]
        if not running:
            return False
        try:
            answer = kube.kubectl("exec", "-n", NAMESPACE, running[0], "--", "python", "-c", ASK, *QUEUES)
        except AssertionError:  # one does not answer yet
            return False
        return sorted(answer.split()) == sorted(QUEUES)

    wait_until("every queue's worker takes a task", all_work, SECONDS, lambda: kube.kubectl("get", "pods", "-A"))
    return time.monotonic() - started


def test_every_worker_takes_a_task_soon_after_redis_is_there(kube, round_number, capsys):
    kube.apply(RESTRICTED)
    kube.helm("install", "bughive", str(CHART), "--values", str(VALUES))

    installed = seconds_until_all_work(kube)
    gone = kube.get("pod", "-n", NAMESPACE, REDIS)["metadata"]["uid"]
    kube.kubectl("delete", "pod", "-n", NAMESPACE, REDIS)
    restarted = seconds_until_all_work(kube, before=gone)

    with capsys.disabled():
        what = f"after the install {installed:.0f} s, after Redis was deleted {restarted:.0f} s"
        print(f"\nround {round_number}: every worker at work {what}")  # noqa: T201 - what the repetition is for

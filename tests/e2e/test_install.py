"""What `helm install` leaves: pods that may run anywhere, rights that suffice, workers that work."""

import json

import pytest

from bughive_dev.waiting import wait_until

from .kube import NAMESPACE

ASK = """
from bughive_protocol.broker import make_app
from bughive_protocol.messages import HEALTH
from bughive_protocol.settings import RedisSettings
app = make_app(RedisSettings())
print(app.send_task(HEALTH, queue="QUEUE").get(timeout=60)["worker"])
"""
OPERATOR = f"system:serviceaccount:{NAMESPACE}:bughive-operator"
WORKER = f"system:serviceaccount:{NAMESPACE}:bughive-worker"
MAY = [
    ("list", "crawlsessions.bughive.dev", "default"),
    ("watch", "crawlsessions.bughive.dev", "default"),
    ("create", "crawlsessions.bughive.dev", "default"),
    ("delete", "crawlsessions.bughive.dev", "default"),
    ("watch", "crawlschedules.bughive.dev", "default"),
    ("patch", "crawlschedules.bughive.dev/status", "default"),
    ("patch", "crawlsessions.bughive.dev/status", "default"),
    ("patch", "crawlreports.bughive.dev", "default"),
    ("create", "events", "default"),
    ("create", "leases.coordination.k8s.io", NAMESPACE),
    ("patch", "pods", NAMESPACE),
]
MUST_NOT = [
    ("get", "secrets", NAMESPACE),
    ("list", "secrets", "default"),
    ("patch", "pods", "default"),
    ("create", "pods", NAMESPACE),
    ("delete", "pods", NAMESPACE),
    ("create", "pods/exec", NAMESPACE),
    ("patch", "crawlsessions.bughive.dev", "default"),
    ("patch", "crawlschedules.bughive.dev", "default"),
    ("create", "crawlschedules.bughive.dev", "default"),
    ("list", "nodes", ""),
    ("create", "clusterrolebindings.rbac.authorization.k8s.io", ""),
    ("escalate", "clusterroles.rbac.authorization.k8s.io", ""),
]


def may(kube, account: str, verb: str, resource: str, namespace: str) -> bool:
    kind, _, part = resource.partition("/")
    name, _, group = kind.partition(".")
    attributes = {"verb": verb, "resource": name, "group": group, "subresource": part, "namespace": namespace}
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SubjectAccessReview",
        "spec": {"user": account, "resourceAttributes": attributes},
    }
    answer = json.loads(kube.kubectl("create", "-f", "-", "-o", "json", stdin=json.dumps(review)))
    return bool(answer["status"]["allowed"])


@pytest.mark.parametrize(
    "component",
    [
        *("operator", "worker-crawl", "worker-tickets", "worker-media", "worker-default"),
        *("redis", "artifacts", "flower"),
    ],
)
def test_every_pod_runs_under_pod_security_restricted(release, component):
    def ready() -> bool:
        pods = release.pods(component)
        return bool(pods) and all(
            status["ready"] for pod in pods for status in pod["status"].get("containerStatuses", [{"ready": False}])
        )

    wait_until(f"{component} is ready", ready, 60, lambda: release.kube.kubectl("get", "pods", "-n", NAMESPACE))


@pytest.mark.parametrize("queue", ["crawl", "tickets", "media", "default"])
def test_the_workers_of_each_queue_take_tasks(release, queue):
    assert release.python(f"worker-{queue}", ASK.replace("QUEUE", queue)).startswith(f"{queue}.")


def test_the_operators_rights_suffice_and_go_no_further(release):
    assert [right for right in MAY if not may(release.kube, OPERATOR, *right)] == []
    assert [right for right in MUST_NOT if may(release.kube, OPERATOR, *right)] == []


def test_workers_carry_no_token_and_have_no_rights(release):
    code = "import os; print(os.path.exists('/var/run/secrets/kubernetes.io'))"
    assert release.python("worker-crawl", code) == "False\n"
    assert [right for right in MAY if may(release.kube, WORKER, *right)] == []


def test_helm_test_crawls_a_page(release):
    assert "Crawled 2 pages and found" in release.kube.helm("test", "bughive", "--logs")

"""Every switch of the chart renders to what a real API server takes."""

import json
from typing import Any

import pytest

from .conftest import of_kind, pod_specs

OTHERS = ("monitoring.coreos.com/v1", "keda.sh/v1alpha1")
"""Kinds of other projects, which this API server does not have."""
MEANT = {
    "container-resources": "no limit on CPU: it would throttle browsers while the node has CPU to spare",
    "container-ephemeral-storage-request-and-limit": "every writable place is an emptyDir with a limit of its own",
    "container-image-pull-policy": "tags are fixed, digests can be given; a registry may be away",
    "container-security-context-user-group-id": "the Redis image's own user is 999",
    "deployment-has-host-podantiaffinity": "topologySpreadConstraints do it, and can bear more pods than nodes",
    "deployment-has-poddisruptionbudget": "the queues without one hold no work that a drain could hurt",
    "deployment-replicas": "the switch asks for one",
    "horizontalpodautoscaler-replicas": "one worker a queue is enough until there is work",
    "pod-probes": "the pod of `helm test` serves nobody",
    "pod-probes-identical": "the server either answers or is beyond help",
    "statefulset-has-host-podantiaffinity": "one replica each",
    "statefulset-has-poddisruptionbudget": "one replica each: a budget would only block drains",
    "statefulset-has-servicename": "one replica each, reached by an ordinary Service",
}
"""What kube-score is not asked about, and why."""
SWITCHES: dict[str, dict[str, Any]] = {
    "as it is": {},
    "names": {"fullnameOverride": "crawler", "commonLabels": {"team": "qa"}, "commonAnnotations": {"a": "b"}},
    "images": {
        "images": {
            "registry": "mirror.example/bughive",
            "pullSecrets": ["pull"],
            "operator": {"digest": f"sha256:{'0' * 64}"},
        }
    },
    "no definitions": {"crds": {"install": False}},
    "definitions go with the release": {"crds": {"keep": False}},
    "namespaced": {"operator": {"watchNamespaces": ["team-a", "team-b"]}},
    "no rbac": {"rbac": {"create": False}, "operator": {"serviceAccount": {"create": False, "name": "mine"}}},
    "one operator": {"operator": {"replicas": 1}},
    "no autoscaling": {"queues": {"crawl": {"autoscaling": {"mode": "none"}, "replicas": 5}}},
    "external metric": {
        "queues": {
            "crawl": {
                "autoscaling": {
                    "mode": "hpa-external",
                    "external": {"metricName": "queue_length", "selector": {"matchLabels": {"queue": "crawl"}}},
                }
            }
        }
    },
    "keda": {"queues": {"crawl": {"autoscaling": {"mode": "keda"}}}},
    "keda, and Redis elsewhere": {
        "redis": {"enabled": False, "external": {"existingSecret": "redis-url", "cidrs": ["10.0.3.7/32"]}},
        "queues": {
            "crawl": {"autoscaling": {"mode": "keda", "keda": {"triggers": [{"type": "cron", "metadata": {}}]}}}
        },
    },
    "tenants": {"tenants": {"team-a": {"namespaces": ["team-a"]}, "b": {"namespaces": ["b"], "concurrency": 1}}},
    "fewer queues": {"queues": {"media": {"enabled": False}, "tickets": {"enabled": False}}},
    "a queue of its own kind": {
        "queues": {"crawl": {"nodeSelector": {"pool": "crawl"}, "tolerations": [{"operator": "Exists"}]}}
    },
    "scheduling": {
        "operator": {
            "nodeSelector": {"pool": "control"},
            "affinity": {"nodeAffinity": {}},
            "priorityClassName": "high",
        },
        "workers": {"nodeSelector": {"pool": "work"}, "extraEnv": [{"name": "A", "value": "b"}]},
    },
    "priorities": {"priorityClasses": {"create": True}},
    "private sites": {"egress": {"allowCIDRs": ["10.20.0.0/16"], "allowHosts": ["shop.test.svc"]}},
    "chromium's sandbox": {"chromium": {"sandbox": True, "localhostProfile": "profiles/chromium.json"}},
    "keys": {"anthropic": {"apiKey": "k"}, "linear": {"existingSecret": "linear"}},
    "no cleanup": {"cleanup": {"enabled": False}},
    "Redis without a volume": {"redis": {"persistence": {"enabled": False}}},
    "Redis' own password": {"redis": {"existingSecret": "redis-auth"}},
    "Redis elsewhere": {
        "redis": {
            "enabled": False,
            "external": {"url": "rediss://redis.example:6380/0", "port": 6380, "cidrs": ["10.0.3.7/32"]},
        }
    },
    "Redis elsewhere, by a secret": {
        "redis": {"enabled": False, "external": {"existingSecret": "redis-url", "cidrs": ["fd00::7/128"]}}
    },
    "S3 elsewhere": {
        "artifacts": {
            "enabled": False,
            "external": {"url": "s3://reports/qa", "endpoint": "https://s3.example", "existingSecret": "s3"},
        }
    },
    "S3 by the pod's identity": {"artifacts": {"enabled": False, "external": {"url": "s3://reports"}}},
    "S3 in a private network": {
        "artifacts": {"enabled": False, "external": {"url": "s3://reports", "cidrs": ["10.0.4.0/24"]}}
    },
    "a company's certificates": {
        one: {
            "extraEnv": [{"name": "SSL_CERT_FILE", "value": "/ca/ca.pem"}],
            "extraVolumes": [{"name": "ca", "configMap": {"name": "ca"}}],
            "extraVolumeMounts": [{"name": "ca", "mountPath": "/ca"}],
        }
        for one in ("operator", "workers")
    },
    "store without a volume": {"artifacts": {"persistence": {"enabled": False}}},
    "reports by an Ingress": {
        "reports": {
            "publicURL": "https://bughive.example/reports",
            "ingress": {"enabled": True, "className": "nginx", "host": "bughive.example", "tlsSecret": "tls"},
        }
    },
    "no reports": {"reports": {"enabled": False}},
    "no network policies": {"networkPolicy": {"enabled": False}},
    "narrow network policies": {
        "networkPolicy": {
            "scrapeFrom": [{"namespaceSelector": {"matchLabels": {"name": "monitoring"}}}],
            "crawlExtraEgress": [{"to": [{"namespaceSelector": {"matchLabels": {"name": "shop"}}}]}],
            "dns": {"ports": [5353], "to": [{"ipBlock": {"cidr": "169.254.20.10/32"}}]},
            "reportsFrom": [{"podSelector": {}}],
            "extraEgress": [{"ports": [{"port": 4318}], "to": [{"namespaceSelector": {}}]}],
        }
    },
    "monitoring": {
        "metrics": {
            "podMonitor": {"enabled": True, "labels": {"release": "prometheus"}},
            "prometheusRule": {"enabled": True},
            "dashboard": {"enabled": True},
        }
    },
    "flower": {"flower": {"enabled": True}},
    "flower's own password": {"flower": {"enabled": True, "existingSecret": "flower"}},
    "no metrics": {"metrics": {"enabled": False}},
    "no test": {"tests": {"enabled": False}},
}


@pytest.fixture(scope="module")
def release_namespace(cluster):
    """The namespace the chart is rendered for; it lets in what passes Pod Security ``restricted`` only."""
    cluster.kubectl("create", "namespace", "bughive")
    cluster.kubectl("label", "namespace", "bughive", "pod-security.kubernetes.io/enforce=restricted")
    for name in ("team-a", "team-b"):
        cluster.kubectl("create", "namespace", name)
    cluster.kubectl("wait", "--for=create", "serviceaccount/default", "--namespace=bughive", "--timeout=30s")
    yield "bughive"
    cluster.kubectl("delete", "namespace", "bughive", "team-a", "team-b", "--wait=false")


@pytest.mark.usefixtures("release_namespace")
@pytest.mark.parametrize("switch", SWITCHES)
def test_the_api_server_takes_every_object(cluster, render, switch):
    ours = [one for one in render(SWITCHES[switch]) if one["apiVersion"] not in OTHERS]
    for pod in of_kind(ours, "Pod"):
        # What it names is not there while nothing is really applied.
        pod["spec"]["serviceAccountName"] = "default"
        pod["spec"].pop("priorityClassName", None)
    manifest = json.dumps({"apiVersion": "v1", "kind": "List", "items": ours})

    cluster.kubectl("apply", "--dry-run=server", "--validate=strict", "-f", "-", stdin=manifest)


@pytest.mark.usefixtures("release_namespace")
@pytest.mark.parametrize("switch", ["as it is", "chromium's sandbox", "Redis without a volume"])
def test_every_pod_passes_pod_security_restricted(cluster, render, switch):
    for number, template in enumerate(pod_specs(render(SWITCHES[switch])).values()):
        claimed = [{"name": "data", "emptyDir": {}}]  # what a StatefulSet fills in
        volumes = {volume["name"]: volume for volume in claimed + template["spec"].get("volumes", [])}
        spec = {**template["spec"], "serviceAccountName": "default", "volumes": list(volumes.values())}
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": f"pod-{number}", "namespace": "bughive"}}
        cluster.kubectl("create", "--dry-run=server", "-f", "-", stdin=json.dumps({**pod, "spec": spec}))


def test_helm_finds_nothing_to_say(chart):
    assert chart.lint() == ""


@pytest.mark.parametrize("switch", sorted(SWITCHES.keys() - {"no network policies"}))
def test_kube_score_finds_nothing_but_what_is_meant(render, score, switch):
    found = score(render(SWITCHES[switch]))
    assert [one for one in found if one.partition(":")[0] not in MEANT] == []


def test_each_switch_changes_something(render):
    plain = json.dumps(_without_passwords(render()))
    same = [
        switch
        for switch, values in SWITCHES.items()
        if values and json.dumps(_without_passwords(render(values))) == plain
    ]
    assert same == []


def _without_passwords(objects):
    return [one for one in objects if one["kind"] != "Secret"]


def test_what_is_switched_off_is_not_there(render):
    kinds = {one["kind"] for one in render({"networkPolicy": {"enabled": False}, "cleanup": {"enabled": False}})}
    assert not kinds & {"NetworkPolicy", "CronJob", "PodMonitor", "PrometheusRule", "PriorityClass", "Ingress"}
    assert of_kind(render({"queues": {"media": {"enabled": False}}}), "Deployment", "worker-media") == []
    assert of_kind(render(SWITCHES["Redis elsewhere"]), "StatefulSet", "redis") == []

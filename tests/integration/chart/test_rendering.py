"""What the chart promises about pods, settings, rights and networks."""

import json
import re

import pytest
from pydantic.alias_generators import to_camel

from bughive_dev.chart_values import SET_BY_CHART
from bughive_operator.settings import OperatorSettings
from bughive_protocol.settings import RedisSettings
from bughive_worker.settings import WorkerSettings

from .conftest import Refused, environment, of_kind, pod_specs

SAMPLES = {bool: True, int: 7, float: 0.5}


def sample(field):
    """A value that a field takes, other than its default."""
    name = str(field.annotation)
    if "dict" in name:
        return {"team-a": {"maxRunning": 7}}
    if "LogLevel" in name:
        return "DEBUG"
    if "Serializer" in name:
        return "msgpack"
    if "LogFormat" in name:
        return "console"
    if any("http" in (getattr(rule, "pattern", None) or "") for rule in field.metadata):
        return "http://sample:4318"
    least = max((bound.ge for bound in field.metadata if hasattr(bound, "ge")), default=0)
    return next((max(value, least) for kind, value in SAMPLES.items() if kind.__name__ in name), "sample")


def test_quotas_of_namespaces_are_set_by_values(render):
    quotas = {"team-a": {"maxRunning": 5, "maxPages": 20000}}
    given = environment(
        pod_specs(render({"operator": {"settings": {"namespaceQuotas": quotas}}}))["Deployment/bughive-operator"]
    )

    assert json.loads(given["NAMESPACE_QUOTAS"]) == quotas
    with pytest.raises(Refused, match="maxRuning"):
        render({"operator": {"settings": {"namespaceQuotas": {"team-a": {"maxRuning": 5}}}}})


@pytest.mark.parametrize(
    ("settings", "owner", "workload"),
    [
        (OperatorSettings, "operator", "Deployment/bughive-operator"),
        (WorkerSettings, "workers", "Deployment/bughive-worker-crawl"),
    ],
)
def test_every_setting_of_the_code_can_be_set_by_values(render, settings, owner, workload):
    fields = {name: field for name, field in settings.model_fields.items() if name not in SET_BY_CHART}
    shared = {to_camel(name): sample(field) for name, field in fields.items() if name in RedisSettings.model_fields}
    own = {to_camel(name): sample(field) for name, field in fields.items() if name not in RedisSettings.model_fields}

    given = environment(pod_specs(render({"settings": shared, owner: {"settings": own}}))[workload])

    for name, field in fields.items():
        variable = str(field.alias or name).upper()
        wanted = sample(field)
        text = json.dumps(wanted, separators=(",", ":")) if isinstance(wanted, dict) else str(wanted)
        assert given[variable].lower() == text.lower(), variable


EVERYTHING = {
    "tenants": {"team-a": {"namespaces": ["team-a"]}},
    "operator": {"watchNamespaces": ["team-a"]},
    "egress": {"allowCIDRs": ["10.0.0.0/8"], "allowHosts": ["shop.svc"]},
    "chromium": {"sandbox": True, "localhostProfile": "profiles/chromium.json"},
    "anthropic": {"apiKey": "a", "baseURL": "http://llm-gateway.ai.svc:8080"},
    "linear": {"apiKey": "b"},
    "reports": {"publicURL": "https://bughive.example/reports"},
    "artifacts": {
        "enabled": False,
        "external": {"url": "s3://b", "endpoint": "https://s3.example", "existingSecret": "s3"},
    },
}
BY_EXTRA_ENV = {"celery_broker_url", "celery_result_backend"}
BY_IMAGE = {"chromium", "kubeconfig", "prometheus_multiproc_dir"}


def test_what_the_chart_sets_itself_reaches_the_processes(render):
    pods = pod_specs(render(EVERYTHING))
    given = {
        name: value
        for workload in ("operator", "worker-crawl", "worker-tickets")
        for name, value in environment(pods[f"Deployment/bughive-{workload}"]).items()
    }

    fields = OperatorSettings.model_fields | WorkerSettings.model_fields
    wanted = {str(fields[name].alias or name).upper() for name in SET_BY_CHART.keys() - BY_EXTRA_ENV - BY_IMAGE}

    assert wanted - given.keys() == set()


def test_a_services_key_is_only_where_it_is_needed(render):
    pods = pod_specs(render(EVERYTHING))
    keys = {"ANTHROPIC_API_KEY", "LINEAR_API_KEY"}
    held = {name.rpartition("/")[2]: keys & environment(pod).keys() for name, pod in pods.items()}
    assert {name: own for name, own in held.items() if own} == {
        "bughive-worker-crawl": {"ANTHROPIC_API_KEY"},
        "bughive-worker-crawl-team-a": {"ANTHROPIC_API_KEY"},
        "bughive-worker-tickets": {"LINEAR_API_KEY"},
    }


def test_a_queue_may_differ_from_the_other_workers(render):
    values = {
        "workers": {"settings": {"sliceSeconds": 600, "artifactRetentionDays": 14}, "nodeSelector": {"pool": "work"}},
        "queues": {
            "crawl": {"settings": {"sliceSeconds": 60, "artifactRetentionDays": 0}, "nodeSelector": {"pool": "crawl"}}
        },
    }
    pods = pod_specs(render(values))

    assert environment(pods["Deployment/bughive-worker-crawl"])["BUGHIVE_SLICE_SECONDS"] == "60"
    assert environment(pods["Deployment/bughive-worker-crawl"])["BUGHIVE_ARTIFACT_RETENTION_DAYS"] == "0"
    assert environment(pods["Deployment/bughive-worker-media"])["BUGHIVE_SLICE_SECONDS"] == "600"
    assert pods["Deployment/bughive-worker-crawl"]["spec"]["nodeSelector"] == {"pool": "crawl"}
    assert pods["Deployment/bughive-worker-media"]["spec"]["nodeSelector"] == {"pool": "work"}


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"operator": {"replcas": 3}}, "additional properties 'replcas' not allowed"),
        ({"queues": {"crwal": {}}}, "additional properties 'crwal' not allowed"),
        ({"queues": {"crawl": {"autoscaling": {"mode": "hpa"}}}}, "value must be one of 'none', 'hpa-cpu'"),
        ({"operator": {"settings": {"maxRuning": 3}}}, "additional properties 'maxRuning' not allowed"),
        ({"workers": {"settings": {"sliceSeconds": 99999}}}, "maximum: got 99,999, want 2,400"),
        ({"redis": {"maxmemory": "768MiB"}}, "'768MiB' does not match pattern"),
        ({"artifacts": {"persistence": {"size": "20 GB"}}}, "'20 GB' does not match pattern"),
        ({"egress": {"allowCIDRs": ["shop.svc"]}}, "'shop.svc' does not match pattern"),
        ({"cleanup": {"schedule": "at night"}}, "'at night' does not match pattern"),
        ({"queues": {"crawl": {"terminationGracePeriodSeconds": 5}}}, "minimum: got 5, want 30"),
        ({"redis": {"enabled": False}}, "set redis.external.url"),
        ({"redis": {"enabled": False, "external": {"existingSecret": "r"}}}, "redis.external.cidrs is needed"),
        ({"redis": {"external": {"existingSecret": "r"}}}, "set redis.enabled to false"),
        ({"artifacts": {"enabled": False}}, "set artifacts.external.url"),
        ({"artifacts": {"external": {"url": "s3://b"}}}, "set artifacts.enabled to false"),
        ({"queues": {"crawl": {"autoscaling": {"mode": "hpa-external"}}}}, "metricName is needed by mode hpa-external"),
        ({"queues": {"crawl": {"autoscaling": {"minReplicas": 11}}}}, "minReplicas is above maxReplicas"),
        ({"queues": {"crawl": {"podDisruptionBudget": {"maxUnavailable": 0}}}}, "no node could ever be drained"),
        (
            {
                "redis": {"enabled": False, "external": {"existingSecret": "r", "cidrs": ["10.0.3.7/32"]}},
                "queues": {"crawl": {"autoscaling": {"mode": "keda"}}},
            },
            "keda.triggers is needed",
        ),
        ({"chromium": {"sandbox": True}}, "chromium.sandbox needs chromium.localhostProfile"),
        ({"workers": {"serviceAccount": {"create": False}}}, "workers.serviceAccount.name is needed"),
        ({"metrics": {"enabled": False, "podMonitor": {"enabled": True}}}, "metrics.podMonitor needs metrics.enabled"),
        ({"tenants": {"a": {"namespaces": []}}}, "minItems: got 0, want 1"),
        ({"tenants": {"a": {"replicas": 1}}}, "missing property 'namespaces'"),
        ({"tenants": {"Team_A": {"namespaces": ["a"]}}}, "'Team_A' does not match pattern"),
        ({"tenants": {"a": {"namespaces": ["x"], "replcas": 1}}}, "additional properties 'replcas' not allowed"),
        ({"tenants": {"a": {"namespaces": ["x"]}, "b": {"namespaces": ["x"]}}}, "x is the tenant a's already"),
        ({"reports": {"ingress": {"enabled": True}}}, "reports.ingress.host is needed"),
    ],
)
def test_a_wrong_value_is_refused_with_what_is_wrong(render, values, message):
    with pytest.raises(Refused, match=re.escape(message)):
        render(values)


def test_values_that_do_not_go_together_are_told_all_at_once(render):
    with pytest.raises(Refused, match=r"(?s)set artifacts.external.url.*chromium.sandbox needs"):
        render({"artifacts": {"enabled": False}, "chromium": {"sandbox": True}})


def test_every_container_is_bounded_and_reads_only_its_image(render):
    for name, template in pod_specs(render({"flower": {"enabled": True}})).items():
        assert template["spec"]["enableServiceLinks"] is False, name
        for container in template["spec"]["containers"]:
            assert container["resources"]["limits"]["memory"], name
            assert container["resources"]["requests"].keys() == {"cpu", "memory"}, name
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }, name


def test_only_the_operator_and_the_test_carry_a_token(render):
    tokens = {
        name for name, pod in pod_specs(render()).items() if pod["spec"].get("automountServiceAccountToken", True)
    }
    assert tokens == {"Deployment/bughive-operator", "Pod/bughive-test"}


def rights(objects, kind, name):
    (role,) = of_kind(objects, kind, name)
    return {
        f"{'/'.join(filter(None, (group, resource)))}{sorted(rule.get('resourceNames', ()))}": sorted(rule["verbs"])
        for rule in role["rules"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
    }


SESSIONS = {
    "bughive.dev/crawlsessions[]": ["create", "delete", "get", "list", "watch"],
    "bughive.dev/crawlschedules[]": ["get", "list", "watch"],
    "bughive.dev/crawlsessions/status[]": ["patch"],
    "bughive.dev/crawlschedules/status[]": ["patch"],
    "bughive.dev/crawlreports[]": ["create", "patch"],
    "events[]": ["create"],
}
DEFINITIONS = {
    "apiextensions.k8s.io/customresourcedefinitions"
    "['crawlreports.bughive.dev', 'crawlschedules.bughive.dev', 'crawlsessions.bughive.dev']": ["get"]
}


def test_the_operator_may_do_this_and_no_more(render):
    objects = render()
    assert rights(objects, "ClusterRole", "bughive-bughive-operator") == SESSIONS | DEFINITIONS
    assert rights(objects, "Role", "bughive-operator") == {
        "coordination.k8s.io/leases[]": ["create"],
        "coordination.k8s.io/leases['bughive-operator']": ["get", "patch"],
        "pods[]": ["list", "patch"],
    }


def test_the_role_that_reads_secrets_is_bound_to_nobody(render):
    objects = render({"rbac": {"credentialsRole": "team-credentials"}})
    assert rights(objects, "ClusterRole", "team-credentials") == {"secrets[]": ["get"]}
    bindings = [one for one in objects if one["kind"] in ("RoleBinding", "ClusterRoleBinding")]
    assert "team-credentials" not in {binding["roleRef"]["name"] for binding in bindings}
    given = environment(pod_specs(objects)["Deployment/bughive-operator"])
    assert given["CREDENTIALS_ROLE"] == "team-credentials"


def test_a_namespaced_operator_has_its_rights_in_its_namespaces_only(render):
    objects = render({"operator": {"watchNamespaces": ["team-a"]}})
    assert rights(objects, "ClusterRole", "bughive-bughive-operator") == DEFINITIONS
    assert rights(objects, "Role", "operator-sessions") == SESSIONS
    assert [role["metadata"]["namespace"] for role in of_kind(objects, "Role", "operator-sessions")] == ["team-a"]


WRITING = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]
READING = ["get", "list", "watch"]


@pytest.mark.parametrize(("role", "verbs"), [("edit", WRITING), ("view", READING)])
def test_who_may_edit_or_view_a_namespace_may_do_so_with_sessions_and_schedules(render, role, verbs):
    assert rights(render(), "ClusterRole", f"bughive-bughive-{role}") == {
        "bughive.dev/crawlsessions[]": verbs,
        "bughive.dev/crawlschedules[]": verbs,
        "bughive.dev/crawlreports[]": READING,
    }


def test_cleanup_keeps_reports_as_long_as_the_default_queue_says(render):
    pods = pod_specs(render({"queues": {"default": {"settings": {"artifactRetentionDays": 7}}}}))
    assert environment(pods["CronJob/bughive-cleanup"])["BUGHIVE_ARTIFACT_RETENTION_DAYS"] == "7"


TENANTS = {
    "team-a": {
        "namespaces": ["team-a", "team-a-test"],
        "autoscaling": {"maxReplicas": 3},
        "nodeSelector": {"pool": "a"},
    },
    "b": {"namespaces": ["team-b"], "autoscaling": {"mode": "keda"}},
}


def test_a_tenant_has_workers_of_its_own_that_serve_its_queue(render):
    objects = render({"tenants": TENANTS})
    pods = pod_specs(objects)
    routes = environment(pods["Deployment/bughive-operator"])["TENANT_QUEUES"]
    assert json.loads(routes) == {"team-a": "crawl-team-a", "team-a-test": "crawl-team-a", "team-b": "crawl-b"}
    own = pods["Deployment/bughive-worker-crawl-team-a"]
    assert own["spec"]["containers"][0]["args"] == ["bughive-worker", "--queues", "crawl-team-a", "--concurrency", "2"]
    assert own["spec"]["nodeSelector"] == {"pool": "a"}
    assert "nodeSelector" not in pods["Deployment/bughive-worker-crawl"]["spec"]
    (scaler,) = of_kind(objects, "HorizontalPodAutoscaler", "worker-crawl-team-a")
    assert scaler["spec"]["maxReplicas"] == 3
    (scaled,) = of_kind(objects, "ScaledObject", "worker-crawl-b")
    lists = [trigger["metadata"]["listName"] for trigger in scaled["spec"]["triggers"]]
    assert lists == [f"bughive:celery:crawl-b{step}" for step in ("", ":3", ":6", ":9")]
    for name in ("crawl", "crawl-team-a", "crawl-b"):
        assert of_kind(objects, "PodDisruptionBudget", f"worker-{name}"), name


def test_a_tenants_workers_are_in_every_policy_that_workers_need(render):
    objects = render({"tenants": TENANTS})

    def components(name):
        (policy,) = of_kind(objects, "NetworkPolicy", name)
        selectors = [policy["spec"]["podSelector"]]
        selectors += [
            peer["podSelector"] for rule in policy["spec"].get("ingress", []) for peer in rule.get("from", [])
        ]
        expressions = [one for selector in selectors for one in selector.get("matchExpressions", [])]
        return {value for one in expressions if one["key"].endswith("component") for value in one["values"]}

    for policy in ("bughive-worker", "bughive-crawl", "bughive-redis", "bughive-artifacts", "bughive-test"):
        assert {"worker-crawl", "worker-crawl-team-a", "worker-crawl-b"} <= components(policy), policy
    assert "worker-tickets" in components("bughive-crawl")  # webhooks and issue trackers
    assert "worker-media" not in components("bughive-crawl")


def test_a_new_version_of_the_chart_replaces_no_pod_by_its_labels(render):
    for name, template in pod_specs(render({"flower": {"enabled": True}, "tests": {"enabled": False}})).items():
        assert not template["metadata"]["labels"].keys() & {"helm.sh/chart", "app.kubernetes.io/version"}, name


def test_a_key_that_changes_restarts_the_pods_that_have_it(render):
    def annotations(key):
        objects = render({"anthropic": {"apiKey": key}})
        (crawl,) = of_kind(objects, "Deployment", "worker-crawl")
        return crawl["spec"]["template"]["metadata"]["annotations"]

    assert annotations("a") == annotations("a") != annotations("b")


PRIVATE = {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16"}


def test_crawls_reach_the_internet_and_no_private_network(render):
    (policy,) = of_kind(render(), "NetworkPolicy", "bughive-crawl")
    four, six = (to["ipBlock"] for to in policy["spec"]["egress"][0]["to"])
    assert (four["cidr"], six["cidr"]) == ("0.0.0.0/0", "::/0")
    assert set(four["except"]) >= PRIVATE
    assert {"fc00::/7", "fe80::/10", "64:ff9b::/96"} == set(six["except"])


def test_stores_elsewhere_open_no_way_into_private_networks(render):
    external = {"existingSecret": "redis-url", "cidrs": ["10.0.3.7/32"]}
    objects = render(
        {
            "redis": {"enabled": False, "external": external},
            "artifacts": {"enabled": False, "external": {"url": "s3://reports"}},
        }
    )
    (policy,) = of_kind(objects, "NetworkPolicy", "bughive-worker")
    redis, store = policy["spec"]["egress"]

    assert redis["to"] == [{"ipBlock": {"cidr": "10.0.3.7/32"}}]
    assert set(store["to"][0]["ipBlock"]["except"]) >= PRIVATE


def test_operator_and_every_worker_send_traces_where_the_settings_and_a_policy_say(render):
    endpoint = "http://collector.monitoring:4318"
    egress = [{"ports": [{"port": 4318}], "to": [{"namespaceSelector": {"matchLabels": {"name": "monitoring"}}}]}]
    objects = render(
        {"settings": {"otelExporterOtlpEndpoint": endpoint}, "networkPolicy": {"extraEgress": egress}},
    )
    told = {
        name.rpartition("bughive-")[2]
        for name, template in pod_specs(objects).items()
        if environment(template).get("OTEL_EXPORTER_OTLP_ENDPOINT") == endpoint
    }
    assert {"operator", "worker-crawl", "worker-tickets", "worker-media", "worker-default"} <= told
    for room in ("operator", "worker"):
        (policy,) = of_kind(objects, "NetworkPolicy", f"bughive-{room}")
        assert policy["spec"]["egress"][-1:] == egress


def test_whatever_no_policy_names_is_denied(render):
    (deny,) = of_kind(render(), "NetworkPolicy", "default-deny")
    assert deny["spec"]["policyTypes"] == ["Ingress", "Egress"]
    assert "ingress" not in deny["spec"]
    assert "egress" not in deny["spec"]


def test_redis_is_reached_by_the_releases_pods_only(render):
    (policy,) = of_kind(render(), "NetworkPolicy", "bughive-redis")
    (rule,) = policy["spec"]["ingress"]
    (source,) = rule["from"]
    assert "namespaceSelector" not in source
    assert {"key": "app.kubernetes.io/instance", "operator": "In", "values": ["bughive"]} in source["podSelector"][
        "matchExpressions"
    ]


def test_definitions_stay_when_the_release_goes_unless_they_are_not_to(render):
    policy = "helm.sh/resource-policy"
    kept = of_kind(render(), "CustomResourceDefinition")
    assert {crd["metadata"]["annotations"].get(policy) for crd in kept} == {"keep"}
    gone = of_kind(render({"crds": {"keep": False}}), "CustomResourceDefinition")
    assert {crd["metadata"]["annotations"].get(policy) for crd in gone} == {None}


def test_a_deployment_that_is_scaled_by_others_says_no_number(render):
    objects = render({"queues": {"media": {"autoscaling": {"mode": "none"}, "replicas": 3}}})
    numbers = {one["metadata"]["name"]: one["spec"].get("replicas") for one in of_kind(objects, "Deployment", "")}
    assert (numbers["bughive-worker-crawl"], numbers["bughive-worker-media"]) == (None, 3)
    scaled = {hpa["spec"]["scaleTargetRef"]["name"] for hpa in of_kind(objects, "HorizontalPodAutoscaler")}
    assert scaled == {"bughive-worker-crawl", "bughive-worker-tickets", "bughive-worker-default"}

"""`make cluster-up NODES=2`, really: one cluster for the tests of this file, in their order; the last two end one."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from fixtures.parts import missing

from bughive_dev import cluster_commands
from bughive_dev.cluster import discard
from bughive_dev.errors import SetupError
from bughive_dev.hyperkube import is_built
from bughive_dev.images import image_name
from bughive_dev.nodes import requirements
from bughive_dev.nodes.addons import METRICS_SERVER
from bughive_dev.nodes.cgroups import cgroups
from bughive_dev.nodes.cluster import NodeCluster, node_cluster
from bughive_dev.nodes.network import RANGES, link_exists
from bughive_dev.program import Record
from bughive_dev.redis_image import build_redis_image
from bughive_dev.waiting import wait_until

pytestmark = pytest.mark.timeout(170)
NODES = ("node-1", "node-2")
STARTER = """
import sys
from pathlib import Path
from bughive_dev import cluster_commands
cluster_commands.up(Path(sys.argv[1]), nodes=1)
"""
REDIS = """
apiVersion: v1
kind: Namespace
metadata: {name: here, labels: {pod-security.kubernetes.io/enforce: restricted}}
---
apiVersion: v1
kind: Service
metadata: {name: redis, namespace: here}
spec: {selector: {app: redis}, ports: [{port: 6379}]}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: redis, namespace: here}
spec:
  serviceName: redis
  replicas: 2
  podManagementPolicy: Parallel
  selector: {matchLabels: {app: redis}}
  template:
    metadata: {labels: {app: redis}}
    spec:
      terminationGracePeriodSeconds: 1
      securityContext: {runAsNonRoot: true, runAsUser: 10001, fsGroup: 10001, seccompProfile: {type: RuntimeDefault}}
      topologySpreadConstraints:
      - {maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: DoNotSchedule,
         labelSelector: {matchLabels: {app: redis}}}
      containers:
      - name: redis
        image: IMAGE
        args: [--protected-mode, "no", --dir, /data, --appendonly, "yes"]
        resources: {requests: {cpu: 100m}}
        securityContext: {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: {drop: [ALL]}}
        readinessProbe: {exec: {command: [redis-cli, ping]}, periodSeconds: 1}
        volumeMounts: [{name: data, mountPath: /data}]
  volumeClaimTemplates:
  - metadata: {name: data}
    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: redis, namespace: here}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: StatefulSet, name: redis}
  minReplicas: 2
  maxReplicas: 3
  metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 90}}}]
"""


@pytest.fixture(scope="module", autouse=True)
def _parts():
    if os.geteuid():
        missing("nodes need root")
    if packages := requirements.missing_packages():
        missing(f"nodes need packages: {' '.join(packages)}")
    if not is_built() or not METRICS_SERVER.entry.exists():
        missing("Kubernetes is not built: run `make kubernetes` as root")


@pytest.fixture(scope="module")
def state(tmp_path_factory):
    state = tmp_path_factory.mktemp("nodes")
    try:
        assert cluster_commands.up(state, nodes=2) == 0
        yield state
    finally:
        cluster_commands.down(state)


@pytest.fixture(scope="module")
def cluster(state) -> NodeCluster:
    cluster = NodeCluster.recorded(state / "cluster")
    image = image_name("redis")
    cluster.load(build_redis_image(image, state / "redis.tar"))
    cluster.kubectl("apply", "--filename=-", stdin=REDIS.replace("IMAGE", image))
    cluster.kubectl("--namespace=here", "rollout", "status", "--timeout=50s", "statefulset/redis")
    return cluster


def here(cluster: NodeCluster, *arguments: str) -> str:
    return cluster.kubectl("--namespace=here", *arguments)


def finds_redis(cluster: NodeCluster, pod: str) -> bool:
    try:
        return here(cluster, "exec", pod, "--", "redis-cli", "-h", "redis", "ping").strip() == "PONG"
    except SetupError as error:
        # A Service without pods refuses; a name that is not found is another mistake, and stays one.
        if "Connection refused" in str(error):
            return False
        raise


def left_behind(home: Path) -> list[str]:
    """What a cluster can leave on the machine, other than files under its home."""
    routes = subprocess.run(["ip", "route"], capture_output=True, text=True, check=True).stdout.splitlines()
    mounts = Path("/proc/mounts").read_text().splitlines()
    commands = {path: path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists()}
    return [
        *(f"route {route}" for route in routes if any(each in route for each in RANGES)),
        *(f"mount {mount}" for mount in mounts if str(home) in mount),
        *(f"control group {group}" for group in cgroups()),
        *(f"process {path}" for path, command in commands.items() if str(home / "cluster").encode() in command),
        *(["link"] if link_exists() else []),
    ]


def test_every_component_of_every_node_is_shown_and_well(state, capsys):
    assert cluster_commands.status(state) == 0
    shown = capsys.readouterr().out

    assert all(f"{node}.{name}" in shown for node in NODES for name in ("containerd", "kubelet", "kube-proxy"))


def test_pods_run_on_each_node_write_to_their_volumes_and_find_services_by_name(cluster):
    nodes = here(cluster, "get", "pods", "--output=jsonpath={.items[*].spec.nodeName}").split()
    claims = here(cluster, "get", "persistentvolumeclaims", "--output=jsonpath={.items[*].status.phase}").split()

    assert sorted(nodes) == sorted(NODES)
    assert claims == ["Bound", "Bound"]
    for pod, other in (("redis-0", "redis-1"), ("redis-1", "redis-0")):
        wait_until("kube-proxy knows the Service's pods", lambda pod=pod: finds_redis(cluster, pod), 20)
        address = here(cluster, "get", "pod", other, "--output=jsonpath={.status.podIP}")
        assert here(cluster, "exec", pod, "--", "redis-cli", "-h", address, "set", "a", "b").strip() == "OK"
        assert "Ready to accept connections" in here(cluster, "logs", pod)
    for node in cluster.nodes:
        assert list((node.directory / "lib/volumes").glob("*/appendonlydir/*.aof"))


def test_this_machine_reaches_pods_and_services(cluster):
    service = here(cluster, "get", "service", "redis", "--output=jsonpath={.spec.clusterIP}")
    pods = here(cluster, "get", "pods", "--output=jsonpath={.items[*].status.podIP}").split()

    for address in (service, *pods):
        answer = subprocess.run(["redis-cli", "-h", address, "ping"], capture_output=True, text=True, timeout=10)  # noqa: PLW1510
        assert answer.stdout.strip() == "PONG"


def test_the_autoscaler_has_measured_pods(cluster):
    active = "--output=jsonpath={.status.conditions[?(@.type=='ScalingActive')].status}"
    wait_until("the autoscaler knows", lambda: here(cluster, "get", "hpa", "redis", active) == "True", 60)

    assert "redis-0" in here(cluster, "top", "pods")


@pytest.mark.usefixtures("cluster")
def test_a_second_cluster_with_nodes_is_refused_and_the_first_runs_on(state, tmp_path):
    with pytest.raises(SetupError, match="cluster-down"), node_cluster(tmp_path / "other", nodes=1):
        pass

    assert cluster_commands.status(state) == 0


def test_down_leaves_nothing_and_a_second_down_is_no_mistake(state, capsys):
    assert cluster_commands.down(state) == 0
    assert left_behind(state) == []

    capsys.readouterr()
    assert cluster_commands.down(state) == 0
    assert "no cluster is running" in capsys.readouterr().out


def test_after_a_starter_was_killed_in_mid_start_a_down_leaves_nothing(state, tmp_path):
    cluster_commands.down(state)
    home = tmp_path / "cluster"
    with subprocess.Popen([sys.executable, "-c", STARTER, str(tmp_path)], stdout=subprocess.DEVNULL) as starter:
        deadline = time.monotonic() + 60
        while (record := Record.read(home)) is None or record.program("node-1.kubelet") is None:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        starter.send_signal(signal.SIGKILL)
    assert record.supervisor.wait_gone(30)

    cluster_commands.down(tmp_path)

    assert left_behind(tmp_path) == []
    discard(home)

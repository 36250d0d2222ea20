import ipaddress
import json
import tomllib
from pathlib import Path

import pytest
import yaml

from bughive_dev.control_plane import ControlPlane, Ports
from bughive_dev.go_module import GoModule
from bughive_dev.nodes.addons import MANIFESTS, METRICS_SERVER, PAUSE
from bughive_dev.nodes.addresses import HOST, MOST_NODES, NODE_RANGE, POD_RANGE, SERVICE_RANGE, addresses
from bughive_dev.nodes.cgroups import cgroups, hierarchies, make_cgroups
from bughive_dev.nodes.containerd import cni_config, containerd_config
from bughive_dev.nodes.control_plane import flags
from bughive_dev.nodes.kubelet import kube_proxy_config, kubelet_config
from bughive_dev.nodes.volumes import COUNT, make_volumes, volumes

ALL = addresses(MOST_NODES)
HOME = Path("/state/cluster")


def test_nodes_and_their_pods_have_addresses_that_no_other_has():
    pods = [ipaddress.ip_network(each.pods) for each in ALL]

    assert len({each.ip for each in ALL} | {HOST}) == MOST_NODES + 1
    assert all(ipaddress.ip_address(each.ip) in ipaddress.ip_network(NODE_RANGE) for each in ALL)
    assert all(each.subnet_of(ipaddress.ip_network(POD_RANGE)) for each in pods)
    assert len(set(pods)) == MOST_NODES
    assert not ipaddress.ip_network(POD_RANGE).overlaps(ipaddress.ip_network(SERVICE_RANGE))


def test_pods_of_a_node_get_addresses_of_its_range():
    ptp = json.loads(cni_config(ALL[2]))["plugins"][0]

    assert ptp["ipam"]["ranges"] == [[{"subnet": "10.244.3.0/24"}]]


def test_containerd_reads_its_network_from_the_nodes_own_directory():
    cri = tomllib.loads(containerd_config(HOME / "node-1"))["plugins"]["io.containerd.grpc.v1.cri"]

    assert cri["cni"]["conf_dir"] == "/state/cluster/node-1/cni"
    assert cri["sandbox_image"].startswith("localhost/")


def test_each_kubelet_has_control_groups_of_its_own():
    configs = [json.loads(kubelet_config(each, HOME)) for each in ALL]

    assert len({each["cgroupRoot"] for each in configs}) == MOST_NODES
    assert not any(each["authentication"]["anonymous"]["enabled"] for each in configs)


def test_kube_proxy_leaves_connection_tracking_alone():
    assert json.loads(kube_proxy_config(ALL[0], HOME))["conntrack"]["maxPerCore"] == 0


def test_the_api_server_listens_where_pods_reach_it_and_the_others_on_loopback():
    plane = ControlPlane(Path("/cache/hyperkube"), HOME, Ports(1, 2, 3, 4, 5), HOST, flags(HOME))

    assert f"--advertise-address={HOST}" in plane.apiserver().argv
    assert "--authorization-mode=Node,RBAC" in plane.apiserver().argv
    assert len([each for each in plane.apiserver().argv if "authorization-mode" in each]) == 1
    assert "--bind-address=127.0.0.1" in plane.scheduler().argv
    assert plane.apiserver().host == HOST


def test_volumes_are_the_nodes_directories(tmp_path):
    make_volumes(tmp_path)
    items = json.loads(volumes(ALL[:2]))["items"]

    assert len({each["metadata"]["name"] for each in items}) == 2 * COUNT
    for each in items:
        directory = tmp_path / Path(each["spec"]["local"]["path"]).relative_to("/var/lib")
        assert directory.stat().st_mode & 0o777 == 0o777


def test_control_groups_of_version_1_are_made_in_each_hierarchy_and_found_again(tmp_path):
    for name in ("cpu", "memory"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "cgroup.procs").touch()
    (tmp_path / "cpuacct").symlink_to("cpu")

    make_cgroups("node-1", tmp_path)
    (tmp_path / "cpu/bughive-node-1/kubepods").mkdir()

    assert [path.name for path in hierarchies(tmp_path)] == ["cpu", "memory"]
    deepest, *others = cgroups(tmp_path)
    assert deepest == tmp_path / "cpu/bughive-node-1/kubepods"
    assert len(others) == 2


def test_control_groups_of_version_2_hand_their_controllers_on(tmp_path):
    (tmp_path / "cgroup.controllers").write_text("cpu io memory pids")
    (tmp_path / "system.slice").mkdir()
    (tmp_path / "system.slice/cgroup.procs").touch()

    make_cgroups("node-1", tmp_path)

    assert "+memory" in (tmp_path / "bughive-node-1/cgroup.subtree_control").read_text()
    assert cgroups(tmp_path) == [tmp_path / "bughive-node-1"]


@pytest.mark.parametrize("path", sorted(MANIFESTS.iterdir()), ids=lambda path: path.stem)
def test_manifests_pull_nothing(path):
    containers = [
        container
        for document in yaml.safe_load_all(path.read_text())
        if document["kind"] == "Deployment"
        for container in document["spec"]["template"]["spec"]["containers"]
    ]

    assert all(each["imagePullPolicy"] == "Never" for each in containers)
    assert all(each["image"].startswith("localhost/") for each in containers)


@pytest.mark.parametrize("module", [METRICS_SERVER, PAUSE], ids=lambda module: module.name)
def test_every_source_of_a_module_is_part_of_its_key(module: GoModule):
    assert {path.name for path in module.path.iterdir()} == set(module.sources)
    assert module.cache_key.startswith(f"{module.version}-")

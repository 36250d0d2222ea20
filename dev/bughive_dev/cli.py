"""The local cluster of this checkout and what runs on it; the Makefile's targets call this."""

import argparse
import os
import sys

from bughive_dev import cluster_commands
from bughive_dev.errors import SetupError
from bughive_dev.helm import helm
from bughive_dev.hyperkube import hyperkube
from bughive_dev.images import build_images, image_name
from bughive_dev.kind import kind_up
from bughive_dev.kube_score import kube_score
from bughive_dev.nodes.cluster import build
from bughive_dev.nodes.requirements import meet_requirements
from bughive_dev.versitygw import artifact_store


def _kubernetes() -> int:
    """Build Kubernetes into the cache, if it is not there yet, and as root what nodes need besides."""
    print(hyperkube())
    if not os.geteuid():
        try:
            meet_requirements()
            build()
        except SetupError as error:
            print(f"no nodes on this machine: {error}")
    return 0


def _artifact_store() -> int:
    """Build versitygw, the artifact store's program, into the cache, if it is not there yet."""
    print(artifact_store())
    return 0


def _chart_tools() -> int:
    """Build Helm and kube-score into the cache, if they are not there yet."""
    print(helm())
    print(kube_score())
    return 0


def _demo(*, integrated: bool) -> int:
    """Find the bugs of a demo shop, with all of BugHive on this machine."""
    from bughive_dev.demo import demo  # the other commands do without its libraries, and start faster

    return demo(integrated=integrated)


def _dev() -> int:
    """Run Redis, the operator and the workers in the foreground against the cluster of `cluster-up`."""
    from bughive_dev.run import run  # as above

    return run()


def _images() -> int:
    """Build the images of operator, worker and artifact store."""
    for target, archive in build_images().items():
        print(f"{image_name(target):<40} {archive.stat().st_size / 1e6:4.0f} MB  {archive}")
    return 0


def _up(nodes: int) -> int:
    """Start a new, empty cluster in the background; one that runs already is left as it is."""
    return cluster_commands.up(nodes=nodes)


COMMANDS = {
    "kubernetes": _kubernetes,
    "artifact-store": _artifact_store,
    "chart-tools": _chart_tools,
    "cluster-down": cluster_commands.down,
    "cluster-status": cluster_commands.status,
    "cluster-load": cluster_commands.load,
    "kind-up": kind_up,
    "dev": _dev,
    "images": _images,
}


def _run(arguments: argparse.Namespace) -> int:
    match arguments.command:
        case "cluster-up":
            return _up(arguments.nodes)
        case "demo":
            return _demo(integrated=arguments.integrations)
        case command:
            return COMMANDS[command]()


def main() -> int:
    """Run one command; returns the process' exit code."""
    parser = argparse.ArgumentParser(prog="python -m bughive_dev", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, function in COMMANDS.items():
        commands.add_parser(name, help=function.__doc__)
    up = commands.add_parser("cluster-up", help=_up.__doc__)
    up.add_argument("--nodes", type=int, default=0, help="start that many nodes too, as root (default: none)")
    demo = commands.add_parser("demo", help=_demo.__doc__)
    demo.add_argument("--integrations", action="store_true", help="tell servers on this machine of it, as by webhooks")
    arguments = parser.parse_args()
    chosen = arguments.command
    try:
        code = _run(arguments)
    except SetupError as error:
        print(f"{chosen}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"{chosen}: interrupted", file=sys.stderr)
        return 130
    return code

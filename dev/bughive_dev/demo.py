"""`make demo`: the whole of BugHive on one machine, from an applied CrawlSession to a report."""

import json
import sys
import time
from collections.abc import Sequence
from string import Template

import yaml
from rich.console import Console

from bughive_crds.crawl_session import Condition, ConditionStatus, CrawlSessionStatus, Phase
from bughive_dev.artifacts import copy_report
from bughive_dev.checkout import CRDS, ROOT, STATE
from bughive_dev.cluster import discard, start_cluster
from bughive_dev.follow import follow
from bughive_dev.hyperkube import hyperkube
from bughive_dev.integrations.integration import Integration
from bughive_dev.integrations.registry import integrations
from bughive_dev.program import Program
from bughive_dev.recall import print_recall
from bughive_dev.sessions import Sessions
from bughive_dev.stack import Stack
from bughive_dev.supervision import Supervision, stop_recorded
from bughive_dev.waiting import wait_until
from bughive_worker.cli.progress import print_bugs

NAMESPACE, NAME = "default", "demo-shop"
HOME = STATE / "demo"
RESULT = ROOT / "build/demo"
SESSION_SECONDS = 600.0
DELIVERY_SECONDS = 60.0
_FILE_WIDTH = 140
"""Columns where the output is no terminal, such as CI's log."""


def demo(*, integrated: bool = False) -> int:
    """Bring everything up, crawl the demo shop, show what was found, and take everything down again.

    ``integrated``: with webhooks and the like, that lead to servers on this machine; ends with what arrived there.
    """
    told = integrations() if integrated else ()
    console = Console() if sys.stdout.isatty() else Console(soft_wrap=True, width=_FILE_WIDTH)
    stop_recorded(HOME)
    discard(HOME)
    hyperkube()
    began = time.monotonic()

    def step(text: str) -> None:
        console.print(f"[dim]{time.monotonic() - began:5.1f} s[/]  {text}", highlight=False)

    with Supervision(HOME) as supervision:
        step("starting Kubernetes: etcd, API server, controllers, scheduler")
        cluster = start_cluster(supervision)
        cluster.install_crds(CRDS)
        environment: dict[str, str] = {}
        for one in told:
            step(f"starting a server in the place of the world's: {one.name}")
            environment |= one.start(supervision)
        step("starting Redis, the operator and a worker for each queue")
        stack = Stack(supervision, cluster.kubeconfig, env=environment)
        stack.start()
        step("starting the shop with planted bugs")
        shop = _start_shop(supervision)
        manifest = yaml.safe_load(Template((ROOT / "dev/demo.yaml").read_text()).substitute(SHOP_URL=shop))
        for one in told:
            manifest["spec"] |= one.configure(cluster)
        step(f"kubectl apply -f dev/demo.yaml    [dim]# crawls {shop}{_beside(told)}[/]")
        cluster.kubectl("apply", "-f", "-", stdin=json.dumps(manifest))
        sessions = Sessions(cluster, NAMESPACE)
        end = follow(console, lambda: sessions.status(NAME), stack.check_alive, SESSION_SECONDS)
        step(f"{end.phase}: {end.message}\n")
        console.print("$ kubectl get crawlsessions", style="bold")
        console.print(cluster.kubectl("get", "crawlsessions"), highlight=False)
        if end.phase is not Phase.COMPLETED:
            console.print(f"Logs are in {HOME}", style="bold red")
            return 1
        report = sessions.report(NAME)
        console.print(f"\n{report.bugs.total} bugs on {report.pages.crawled} pages", highlight=False)
        print_bugs(console, report)
        copy_report(stack.env, NAMESPACE, sessions.uid(NAME), RESULT)
        print_recall(console, RESULT / "report.json")
        if told:
            _show_deliveries(console, sessions, told)
        console.print(f"\nReport:  [bold]{RESULT / 'report.html'}[/]", highlight=False)
    return 0


def _start_shop(supervision: Supervision) -> str:
    argv = [sys.executable, str(ROOT / "tests/sites/shop")]
    supervision.start(Program(name="shop", argv=argv, port=0))
    log = supervision.home / "shop.log"

    def announced() -> bool:
        supervision.check_alive("shop")
        return log.read_text().endswith("\n")

    wait_until("the shop tells its address", announced, 30.0)
    return log.read_text().splitlines()[-1]


def _beside(told: Sequence[Integration]) -> str:
    return f", with {', '.join(one.name.lower() for one in told)}" if told else ""


def _show_deliveries(console: Console, sessions: Sessions, told: Sequence[Integration]) -> None:
    """Wait until everything has arrived, or failed, and print it."""

    def settled() -> bool:
        condition = _delivered(sessions.status(NAME))
        return condition is not None and condition.status is not ConditionStatus.UNKNOWN

    wait_until("everything is delivered", settled, DELIVERY_SECONDS)
    condition = _delivered(sessions.status(NAME))
    if condition is not None:
        console.print(
            f"\n{condition.message}    [dim]# the condition Delivered: {condition.reason}[/]", highlight=False
        )
    for one in told:
        arrival = one.arrived()
        console.print(f"\n[bold]{one.name}:[/] {arrival.summary}", highlight=False)
        for line in arrival.lines:
            console.print(f"  {line}", highlight=False, markup=False, no_wrap=True, overflow="ellipsis")


def _delivered(status: CrawlSessionStatus) -> Condition | None:
    return next((condition for condition in status.conditions if condition.type == "Delivered"), None)

"""The command ``bughive-operator`` as a process: how it starts, refuses to start, and stops."""

import asyncio
import signal
import urllib.request
from contextlib import asynccontextmanager

import pytest
from fixtures.commands import OPERATOR
from fixtures.scraping import scrape

from bughive_dev.ports import free_ports


@asynccontextmanager
async def started(environment):
    process = await asyncio.create_subprocess_exec(OPERATOR, env=environment, stderr=asyncio.subprocess.PIPE)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def refusal(environment) -> str:
    async with started(environment) as process:
        _, errors = await asyncio.wait_for(process.communicate(), 40)
        assert process.returncode == 2
        return errors.decode()


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"KUBECONFIG": "/nowhere/kubeconfig"}, "KUBECONFIG: no cluster to connect to"),
        ({"KUBECONFIG": ""}, "Set KUBECONFIG to a kubeconfig file"),
        ({"REDIS_URL": "redis://127.0.0.1:1/0"}, "REDIS_URL: Redis cannot be reached"),
        ({"REDIS_URL": "http://redis"}, "REDIS_URL: "),
        ({"MAX_RUNNING": "none"}, "MAX_RUNNING: "),
    ],
    ids=["no such kubeconfig", "no kubeconfig", "no Redis", "no Redis URL", "not a number"],
)
async def test_what_is_missing_or_wrong_ends_the_operator_with_its_name(environment, change, names):
    assert names in await refusal({**environment, **change})


@pytest.mark.parametrize("plural", ["crawlsessions", "crawlreports", "crawlschedules"])
async def test_a_definition_older_than_the_operator_is_refused_with_the_command_that_helps(
    environment, cluster, plural
):
    definition = ("customresourcedefinition", f"{plural}.bughive.dev")
    annotation = "bughive.dev/crd-revision"
    current = cluster.kubectl(
        "get", *definition, "-o", f"jsonpath={{.metadata.annotations.{annotation.replace('.', chr(92) + '.')}}}"
    )
    cluster.kubectl("annotate", "--overwrite", *definition, f"{annotation}=0")
    try:
        told = await refusal(environment)
    finally:
        cluster.kubectl("annotate", "--overwrite", *definition, f"{annotation}={current}")
    assert f"{plural}.bughive.dev has revision 0" in told
    assert "kubectl apply -f crds/" in told


async def test_it_works_answers_its_probe_and_leaves_at_sigterm(environment, users, worker, eventually):
    endpoint = f"http://127.0.0.1:{free_ports(1)[0]}/healthz"

    def healthy() -> bool:
        try:
            with urllib.request.urlopen(endpoint, timeout=2) as answer:
                return answer.status == 200
        except OSError:
            return False

    async def well():
        return await asyncio.to_thread(healthy)

    async with started({**environment, "HEALTH_ENDPOINT": endpoint}) as process:
        await eventually(well, "the probe answers")
        await users.apply()
        turn = await worker.take()
        await users.phase("Running")
        await turn.finish()
        await users.phase("Completed")
        metrics = await scrape(endpoint.replace("/healthz", "/metrics"))
        told = {
            name: metrics[f"bughive_operator_{name}"]
            for name in (
                "leader",
                "dispatches_total",
                'sessions{phase="Completed"}',
                'transitions_total{phase="Running",reason="Crawling"}',
                'sessions_finished_total{outcome="Passed"}',
                "session_wait_seconds_count",
                "attempt_wait_seconds_count",
                "reconcile_errors_total",
            )
        }
        assert told == dict.fromkeys(told, 1) | {"reconcile_errors_total": 0}
        assert metrics['bughive_operator_loop_age_seconds{loop="redis"}'] < 5
        assert metrics["bughive_operator_redis_steady_seconds"] > 0
        process.send_signal(signal.SIGTERM)
        _, errors = await asyncio.wait_for(process.communicate(), 20)
        assert process.returncode == 0, errors.decode()[-2000:]
        assert b"Traceback" not in errors

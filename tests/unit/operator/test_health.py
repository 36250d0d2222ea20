"""What a liveness probe is told."""

import asyncio
import urllib.error
import urllib.request

import pytest

from bughive_dev.ports import free_ports
from bughive_operator import metrics
from bughive_operator.health import Health, answering
from bughive_operator.startup import CannotStart


def test_all_is_well_until_one_loop_is_older_than_the_limit():
    ages = {"a": 1.0, "b": 2.0}
    health = Health(60)
    assert health.complaint() is None
    health.watch("a", "a stood still", lambda: ages["a"])
    health.watch("b", "b stood still", lambda: ages["b"])
    assert health.complaint() is None
    ages["b"] = 61
    assert health.complaint() == "b stood still for 61 s"


async def test_a_probe_gets_the_complaint(asked):
    age = 0.0
    health = Health(60)
    health.watch("it", "it stood still", lambda: age)
    endpoint = f"http://127.0.0.1:{free_ports(1)[0]}/healthz"
    async with answering(health, endpoint):
        assert await asked(endpoint) == (200, "turning\n")
        age = 90
        assert await asked(endpoint) == (503, "it stood still for 90 s\n")


async def test_a_scrape_gets_the_metrics_with_gauges_as_they_are_now(asked):
    port = free_ports(1)[0]
    asks = 0

    def refresh() -> None:
        nonlocal asks
        asks += 1
        metrics.QUEUE_LENGTH.set(asks)

    async with answering(Health(60), f"http://127.0.0.1:{port}/healthz", refresh):
        for expected in ("1.0", "2.0"):
            status, text = await asked(f"http://127.0.0.1:{port}/metrics")
            assert status == 200
            assert f"bughive_operator_queue_length {expected}\n" in text
    assert "bughive_operator_dispatches_total " in text
    assert "process_resident_memory_bytes " in text
    assert "_created" not in text


async def test_an_address_that_is_taken_ends_the_start_with_the_settings_name():
    endpoint = f"http://127.0.0.1:{free_ports(1)[0]}/healthz"
    async with answering(Health(60), endpoint):
        with pytest.raises(CannotStart, match="HEALTH_ENDPOINT"):
            async with answering(Health(60), endpoint):
                raise AssertionError("it was listened on twice")


@pytest.fixture
def asked():
    """What an endpoint answers."""

    def ask(url: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    async def in_thread(url: str) -> tuple[int, str]:
        return await asyncio.to_thread(ask, url)

    return in_thread

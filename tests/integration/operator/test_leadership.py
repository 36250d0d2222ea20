"""Two operators and one Lease."""

import asyncio
import json
import signal
from pathlib import Path

import pytest
from fixtures.commands import OPERATOR
from fixtures.scraping import scrape

from bughive_dev.ports import free_ports

LEASE = "bughive-operator"


class Replica:
    """One operator process."""

    def __init__(self, process: asyncio.subprocess.Process, log: Path, port: int) -> None:
        self.process = process
        self.log = log
        self.port = port

    @property
    def leads(self) -> bool:
        return '"event": "leads"' in self.log.read_text()

    async def leader_metric(self) -> float | None:
        """None: it does not answer yet."""
        try:
            return (await scrape(f"http://127.0.0.1:{self.port}/metrics"))["bughive_operator_leader"]
        except OSError:
            return None

    async def end(self, how: signal.Signals) -> int:
        self.process.send_signal(how)
        return await asyncio.wait_for(self.process.wait(), 20)


@pytest.fixture
async def start(environment, users, tmp_path):
    """Starts operators that share a Lease in the test's namespace."""
    replicas: list[Replica] = []
    shared = {**environment, "LEASE_NAMESPACE": users.namespace, "LOG_FORMAT": "json"}

    async def begin() -> Replica:
        log = tmp_path / f"operator-{len(replicas)}.log"
        port = free_ports(1)[0]
        own = {**shared, "HEALTH_ENDPOINT": f"http://127.0.0.1:{port}/healthz"}
        with log.open("w") as output:
            process = await asyncio.create_subprocess_exec(OPERATOR, env=own, stdout=output, stderr=output)
        replicas.append(Replica(process, log, port))
        return replicas[-1]

    yield begin
    for replica in replicas:
        if replica.process.returncode is None:
            replica.process.kill()
            await replica.process.wait()


async def lease_of(users) -> dict:
    return json.loads(await users.kubectl("get", "lease", LEASE, "-o", "json"))["spec"]


async def leading(eventually, replica: Replica, seconds: float = 20) -> None:
    async def does() -> bool:
        return replica.leads

    await eventually(does, "the operator leads", seconds)


async def finish(users, worker, name: str) -> None:
    await users.apply(name)
    turn = await worker.take()
    await users.phase("Running", name)
    await turn.finish()
    await users.phase("Completed", name)


async def test_the_second_takes_over_when_the_first_is_killed_and_nothing_is_done_twice(
    start, users, worker, eventually
):
    first = await start()
    await leading(eventually, first)
    second = await start()
    await finish(users, worker, "before")
    assert not second.leads
    assert await first.leader_metric() == 1

    async def stands_by() -> bool:
        return await second.leader_metric() == 0

    await eventually(stands_by, "the second answers while it stands by")

    await first.end(signal.SIGKILL)
    await users.apply("between")
    await leading(eventually, second)
    turn = await worker.take()
    await users.phase("Running", "between")
    await turn.finish()
    status = await users.phase("Completed", "between")

    assert status["attempt"] == 1
    assert (await lease_of(users))["leaseTransitions"] == 1
    assert await second.leader_metric() == 1


async def test_a_leader_that_ends_hands_over_at_once(start, users, worker, eventually):
    first = await start()
    await leading(eventually, first)
    second = await start()
    assert await first.end(signal.SIGTERM) == 0
    await leading(eventually, second)
    await finish(users, worker, "after")
    assert await second.end(signal.SIGTERM) == 0
    assert (await lease_of(users))["holderIdentity"] == ""


async def test_a_leader_that_was_frozen_past_its_lease_ends_when_it_wakes(start, users, worker, eventually):
    first = await start()
    await leading(eventually, first)
    second = await start()
    first.process.send_signal(signal.SIGSTOP)
    await leading(eventually, second)
    first.process.send_signal(signal.SIGCONT)
    assert await asyncio.wait_for(first.process.wait(), 20) == 1
    assert "is another operator's now" in first.log.read_text() or "could not be renewed" in first.log.read_text()
    await finish(users, worker, "after")
    assert second.process.returncode is None

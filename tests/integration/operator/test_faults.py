"""What is left when the operator or Redis dies at a bad moment, and what repairs it."""

import asyncio
from dataclasses import dataclass

import pytest

from bughive_operator.messenger import Messenger
from bughive_protocol.control import SessionControl
from bughive_protocol.lease import BeatResult


class Stuck:
    """A place where the operator stands still, to be killed there."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()

    async def stand_still(self) -> None:
        self.reached.set()
        await asyncio.Event().wait()


@dataclass
class StuckMessenger:
    """Stands still before or after the message goes out."""

    real: Messenger
    stuck: Stuck
    after: bool

    async def send(self, session_id: str, attempt: int, shard: int, queue: str) -> None:
        if self.after:
            await self.real.send(session_id, attempt, shard, queue)
        await self.stuck.stand_still()

    async def revoke(self, session_id: str, attempt: int) -> None:
        await self.real.revoke(session_id, attempt)


def stuck_before_the_fence(stuck):
    async def dispatch(_order):
        await stuck.stand_still()

    def wrap(control: SessionControl) -> SessionControl:
        control.dispatch = dispatch
        return control

    return {"wrap_control": wrap}


def stuck_before_the_message(stuck):
    return {"wrap_messenger": lambda real: StuckMessenger(real, stuck, after=False)}


def stuck_before_the_note(stuck):
    return {"wrap_messenger": lambda real: StuckMessenger(real, stuck, after=True)}


@pytest.mark.parametrize("where", [stuck_before_the_fence, stuck_before_the_message, stuck_before_the_note])
async def test_an_operator_that_dies_between_two_steps_of_a_dispatch_is_made_good(operators, users, worker, where):
    stuck = Stuck()
    await operators.start(**where(stuck))
    await users.apply()
    await asyncio.wait_for(stuck.reached.wait(), 20)
    await operators.kill()
    assert (await users.phase("Queued"))["attempt"] == 1
    await operators.start()
    turn = await worker.take()
    assert turn.fence.attempt == 1
    await users.phase("Running", attempt=1)
    await turn.finish()
    await users.phase("Completed", attempt=1)


async def test_what_happened_while_no_operator_was_there_is_learnt_at_the_start(operators, users, worker):
    await operators.start()
    await users.apply("finished")
    await users.apply("running")
    turns = [await worker.take(), await worker.take()]
    by_uid = {turn.fence.session_id: turn for turn in turns}
    finished = by_uid[(await users.get("finished"))["metadata"]["uid"]]
    for name in ("finished", "running"):
        await users.phase("Running", name)
    await operators.stop()
    await finished.finish()
    await users.apply("new")
    await operators.start()
    await users.phase("Completed", "finished")
    await users.phase("Queued", "new")
    assert (await users.status("running"))["attempt"] == 1


async def test_work_whose_resource_went_away_unseen_is_swept(operators, users, worker, control, eventually):
    await operators.start()
    uid = await users.apply()
    turn = await worker.take()
    await users.phase("Running")
    await operators.stop()
    await users.delete()
    await operators.start()

    async def swept():
        return turn.beat() is BeatResult.LOST and uid not in await control.stored_sessions()

    await eventually(swept, "the lease is lost and Redis is clean")


async def test_only_so_many_sessions_run_at_once_and_the_others_wait_in_line(operators, users, worker):
    await operators.start(max_running=1)
    await users.apply("first")
    turn = await worker.take()
    await users.phase("Running", "first")
    await users.apply("second")
    waiting = await users.phase("Pending", "second")
    assert waiting["message"] == "Number 1 in line: at most 1 session may run at once."
    await users.apply("urgent", priority="Urgent")
    await users.phase("Pending", "urgent", message="Number 1 in line: at most 1 session may run at once.")
    await turn.finish()
    await users.phase("Queued", "urgent")
    assert (await users.status("second"))["phase"] == "Pending"


async def test_redis_that_dies_freezes_the_status_and_comes_back_without_a_takeover(
    operators, users, private_worker, private_redis
):
    await operators.start(redis_url=private_redis.url, celery_broker_url=private_redis.url, takeover_grace_seconds=2.0)
    await users.apply()
    turn = await private_worker.take()
    await turn.crawl("a")
    await users.phase("Running", message="Crawling: 1/1 pages, no bugs so far.")
    private_redis.kill()
    await users.apply("late")
    told = await users.phase("Pending", "late")
    assert "cannot reach" in told["message"]
    assert (await users.status())["phase"] == "Running"
    private_redis.start()
    await users.phase("Queued", "late")
    assert turn.beat() is BeatResult.OK
    await turn.crawl("b")
    await turn.finish()
    done = await users.phase("Completed")
    assert (done["attempt"], done["progress"]["pages"]) == (1, "2/2")


async def test_an_emptied_redis_costs_a_new_attempt_that_does_not_count(
    operators, users, private_worker, private_redis, private_client
):
    await operators.start(redis_url=private_redis.url, celery_broker_url=private_redis.url)
    await users.apply()
    turn = await private_worker.take()
    await users.phase("Running")
    private_client.flushall()
    assert turn.beat() is BeatResult.LOST
    second = await private_worker.take()
    assert second.fence.attempt == 2
    running = await users.phase("Running", attempt=2)
    assert running.get("failures", 0) == 0

"""CrawlSchedules on a real API server; the clock is the test's."""

import asyncio
import json
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from bughive_operator.api_call import ApiServerError
from bughive_operator.api_server import ApiServer
from bughive_operator.clock import ServerClock

HOURLY = {"schedule": "0 * * * *"}


class ShiftedClock(ServerClock):
    """The API server's clock, put ahead by as much as the test says."""

    def __init__(self) -> None:
        super().__init__()
        self.ahead = timedelta()

    def now(self) -> datetime:
        return super().now() + self.ahead

    def to_next_hour(self, minute: int = 0) -> datetime:
        """Put it to so many minutes after the next full hour; returns that hour."""
        hour = self.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        self.ahead += hour + timedelta(minutes=minute, seconds=1) - self.now()
        return hour


class Schedules:
    """What a user does with schedules."""

    def __init__(self, users, eventually) -> None:
        self._users = users
        self._eventually = eventually

    async def apply(self, name: str = "nightly", **spec) -> None:
        body = {
            "apiVersion": "bughive.dev/v1alpha1",
            "kind": "CrawlSchedule",
            "metadata": {"name": name},
            "spec": {
                **HOURLY,
                "sessionTemplate": {
                    "metadata": {"labels": {"team": "web"}, "annotations": {"note": "by night"}},
                    "spec": {"url": "http://127.0.0.1:1/", "scope": {"maxPages": 7}},
                },
                **spec,
            },
        }
        await self._users.kubectl("create", "-f", "-", stdin=json.dumps(body))
        await self.until(lambda status: status.get("conditions"), name=name)

    async def change(self, name: str = "nightly", **spec) -> None:
        await self._users.kubectl("patch", "crawlschedule", name, "--type=merge", "-p", json.dumps({"spec": spec}))

    async def status(self, name: str = "nightly") -> dict:
        return (await self._users.get(name, "crawlschedules")).get("status", {})

    async def until(self, ready, name: str = "nightly") -> dict:
        """Wait until the status is as it should be."""

        async def there():
            status = await self.status(name)
            return status if ready(status) else None

        return await self._eventually(there, "the schedule's status", tell=lambda: self.status(name))

    async def reason(self, reason: str, name: str = "nightly") -> dict:
        return await self.until(lambda status: reason in {c["reason"] for c in status.get("conditions", ())}, name)

    async def sessions(self, name: str = "nightly") -> dict[str, dict]:
        found = await self._users.list(f"bughive.dev/schedule={name}")
        return {item["metadata"]["name"]: item for item in found}

    async def events(self) -> Counter:
        events = json.loads(await self._users.kubectl("get", "events", "-o", "json"))["items"]
        return Counter(e["reason"] for e in events if e["involvedObject"]["kind"] == "CrawlSchedule")


@pytest.fixture
def clock():
    return ShiftedClock()


@pytest.fixture
def schedules(users, eventually):
    return Schedules(users, eventually)


@pytest.fixture
async def operator(operators, clock):
    await operators.start(clock=clock)
    return operators


def name_of(hour: datetime) -> str:
    return f"nightly-{hour:%Y%m%d-%H%M}"


async def take_and_finish(worker, users, name):
    turn = await worker.take()
    await users.phase("Running", name)
    await turn.finish()
    await users.phase("Completed", name)


@pytest.mark.usefixtures("operator")
async def test_a_run_creates_a_session_of_the_template_that_is_crawled_and_goes_with_the_schedule(
    schedules, clock, worker, users, eventually
):
    await schedules.apply()
    hour = clock.to_next_hour()
    status = await schedules.reason("Started")
    assert status["lastScheduleTime"] == f"{hour:%Y-%m-%dT%H:%M:%SZ}"
    assert status["nextScheduleTime"] == f"{hour + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"
    assert (status["activeCount"], status["active"][0]["name"]) == (1, name_of(hour))
    session = await users.get(name_of(hour))
    metadata = session["metadata"]
    assert metadata["labels"] == {"team": "web", "bughive.dev/schedule": "nightly"}
    assert metadata["annotations"] == {"note": "by night", "bughive.dev/scheduled-at": status["lastScheduleTime"]}
    assert session["spec"]["scope"]["maxPages"] == 7
    await take_and_finish(worker, users, name_of(hour))
    await schedules.until(lambda status: status["activeCount"] == 0 and status.get("lastSuccessfulTime"))
    assert await schedules.events() == {"Started": 1}
    await users.kubectl("delete", "crawlschedule", "nightly")

    async def gone():
        return not await schedules.sessions()

    # The garbage collector looks for new kinds every 30 s, and these came with the run's cluster.
    await eventually(gone, "the sessions went with their schedule", 90)


@pytest.mark.usefixtures("operator")
async def test_forbid_waits_until_the_earlier_session_is_over(schedules, clock, worker, users):
    await schedules.apply(concurrencyPolicy="Forbid")
    first = clock.to_next_hour()
    await schedules.reason("Started")
    clock.to_next_hour()
    await schedules.reason("StillRunning")
    third = clock.to_next_hour()
    assert list(await schedules.sessions()) == [name_of(first)]
    await take_and_finish(worker, users, name_of(first))
    await schedules.reason("RunsMissed")
    assert set(await schedules.sessions()) == {name_of(first), name_of(third)}


@pytest.mark.usefixtures("operator")
async def test_replace_deletes_the_earlier_session(schedules, clock, eventually):
    await schedules.apply(concurrencyPolicy="Replace")
    clock.to_next_hour()
    await schedules.reason("Started")
    second = clock.to_next_hour()

    async def replaced():
        return list(await schedules.sessions()) == [name_of(second)]

    await eventually(replaced, "the second session alone is there", tell=schedules.sessions)

    async def told():
        return await schedules.events() == {"Started": 2, "Replaced": 1}

    await eventually(told, "the events", tell=schedules.events)


@pytest.mark.usefixtures("operator")
async def test_run_now_starts_one_session_however_often_it_is_looked_at(schedules, users):
    await schedules.apply(suspend=True)
    await schedules.reason("Suspended")
    now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    await schedules.change(runAt=now)
    await schedules.until(lambda status: status.get("lastRunAt") == now)
    (name,) = await schedules.sessions()
    assert name.startswith("nightly-run-")
    await users.kubectl("delete", "crawlsession", name)
    await schedules.until(lambda status: status["activeCount"] == 0)
    await schedules.change(suspend=False)
    await schedules.until(lambda status: status.get("nextScheduleTime"))
    assert await schedules.sessions() == {}


@pytest.mark.usefixtures("operator")
async def test_a_suspended_schedule_starts_nothing_until_it_is_resumed(schedules, clock):
    await schedules.apply(suspend=True)
    hour = clock.to_next_hour()
    await schedules.change(jitterSeconds=1)
    await schedules.until(lambda status: status["observedGeneration"] == 2)
    assert await schedules.sessions() == {}
    await schedules.change(suspend=False)
    await schedules.reason("Started")
    assert list(await schedules.sessions()) == [name_of(hour)]


@pytest.mark.usefixtures("operator")
async def test_the_history_is_kept_within_its_limits(schedules, clock, worker, users, eventually):
    await schedules.apply(successfulSessionsHistoryLimit=1, failedSessionsHistoryLimit=0)
    hours = []
    for _ in range(2):
        hours.append(clock.to_next_hour())
        await schedules.until(lambda status: status.get("lastScheduleTime") == f"{hours[-1]:%Y-%m-%dT%H:%M:%SZ}")
        await take_and_finish(worker, users, name_of(hours[-1]))

    async def pruned():
        return list(await schedules.sessions()) == [name_of(hours[1])]

    await eventually(pruned, "the newer session alone is there", tell=schedules.sessions)
    third = clock.to_next_hour()
    await schedules.until(lambda status: status.get("lastScheduleTime") == f"{third:%Y-%m-%dT%H:%M:%SZ}")
    await users.change(name_of(third), cancel=True)

    async def without_the_cancelled():
        return list(await schedules.sessions()) == [name_of(hours[1])]

    await eventually(without_the_cancelled, "the cancelled session is gone", tell=schedules.sessions)


@pytest.mark.parametrize("after", [False, True], ids=["before the creation", "after the creation"])
async def test_an_operator_that_dies_around_the_creation_starts_the_run_once(
    operators, schedules, clock, monkeypatch, after
):
    reached = asyncio.Event()
    create = ApiServer.create_session

    async def stuck(self, namespace, body):
        if after:
            await create(self, namespace, body)
        reached.set()
        await asyncio.Event().wait()

    with monkeypatch.context() as patch:
        patch.setattr(ApiServer, "create_session", stuck)
        await operators.start(clock=clock)
        await schedules.apply()
        hour = clock.to_next_hour()
        await asyncio.wait_for(reached.wait(), 20)
        await operators.kill()
    assert "lastScheduleTime" not in await schedules.status()
    uids = {item["metadata"]["uid"] for item in (await schedules.sessions()).values()}
    assert len(uids) == int(after)
    await operators.start(clock=clock)
    status = await schedules.reason("Started")
    assert status["lastScheduleTime"] == f"{hour:%Y-%m-%dT%H:%M:%SZ}"
    sessions = await schedules.sessions()
    assert list(sessions) == [name_of(hour)]
    assert uids <= {item["metadata"]["uid"] for item in sessions.values()}


async def test_two_operators_at_once_start_a_run_once(operators, schedules, clock):
    await operators.start(clock=clock)
    await operators.start(clock=clock)
    await schedules.apply()
    uids = set()
    for _ in range(3):
        hour = clock.to_next_hour()
        status = await schedules.until(
            lambda status, at=hour: status.get("lastScheduleTime") == f"{at:%Y-%m-%dT%H:%M:%SZ}"
        )
        uids |= {item["metadata"]["uid"] for item in (await schedules.sessions()).values()}
    assert len(uids) == 3
    assert (status["activeCount"], len(await schedules.sessions())) == (3, 3)


async def test_runs_that_were_due_while_no_operator_was_there_are_started_once(operators, schedules, clock):
    await operators.start(clock=clock)
    await schedules.apply()
    await operators.stop()
    for _ in range(3):
        hour = clock.to_next_hour()
    await operators.start(clock=clock)
    status = await schedules.reason("RunsMissed")
    assert list(await schedules.sessions()) == [name_of(hour)]
    assert "2 runs before it were missed." in status["conditions"][1]["message"]


@pytest.mark.usefixtures("operator")
async def test_a_name_that_is_taken_and_a_session_that_is_refused_are_told_and_made_good(
    schedules, clock, users, monkeypatch
):
    refused = ApiServerError(403, "exceeded quota: sessions")
    create = ApiServer.create_session

    async def refuse(*_):
        raise refused

    await schedules.apply()
    monkeypatch.setattr(ApiServer, "create_session", refuse)
    hour = clock.to_next_hour()
    status = await schedules.reason("CreateRefused")
    assert "403: exceeded quota: sessions" in status["conditions"][1]["message"]
    monkeypatch.setattr(ApiServer, "create_session", create)
    await users.apply(name_of(hour))
    clock.ahead += timedelta(minutes=1)
    await schedules.reason("NameTaken")
    await users.delete(name_of(hour))
    clock.ahead += timedelta(minutes=1)
    await schedules.reason("Started")


@pytest.mark.parametrize(
    ("spec", "reason"),
    [({"schedule": "0 0 30 2 *"}, "InvalidSchedule"), ({"timeZone": "Europe/Bremerhaven"}, "UnknownTimeZone")],
)
@pytest.mark.usefixtures("operator")
async def test_what_the_api_server_lets_pass_is_told_by_a_condition(schedules, spec, reason):
    await schedules.apply(**spec)
    status = await schedules.reason(reason)
    assert [(c["type"], c["status"]) for c in status["conditions"]] == [("Accepted", "False")]

"""Sessions and pages that kill their workers: a real worker process dies on them again and again."""

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bughive_protocol.connections import connect
from bughive_protocol.dead_letters import DeadLetters, LetterReason
from bughive_protocol.frontier import PageEnd, PageResult
from bughive_protocol.keys import Keys

SCRIPT = Path(__file__).parents[2] / "programs/scripted_worker.py"
SITE = "http://script.test"


@pytest.fixture
def dying_worker(environment, tmp_path):
    """A real worker; its children die as the sessions say, and are replaced."""
    own = {"LEASE_SECONDS": "2", "BUGHIVE_ARTIFACT_URL": (tmp_path / "artifacts").as_uri()}
    paths = {"PYTHONPATH": os.environ["PYTHONPATH"]} if "PYTHONPATH" in os.environ else {}
    with (tmp_path / "worker.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, str(SCRIPT), "--queues", "crawl", "--concurrency", "1"],
            env={**environment, **paths, **own},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    yield process
    process.terminate()
    try:
        process.wait(20)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


@pytest.fixture
def redis_keys(settings):
    with connect(settings.redis_url) as client:
        yield client, Keys(settings.redis_key_prefix)


@pytest.mark.usefixtures("operator", "dying_worker")
async def test_a_session_that_kills_three_workers_before_any_page_fails_and_leaves_a_dead_letter(users, redis_keys):
    client, keys = redis_keys
    await users.apply(url=f"{SITE}/deadly", backoffLimit=5)
    status = await users.phase("Failed", seconds=60)
    finished = next(one for one in status["conditions"] if one["type"] == "Finished")
    assert (finished["reason"], status["attempt"], status["outcome"]) == ("PoisonSession", 3, "Error")
    (filed,) = DeadLetters(client, keys).all()
    assert (filed.letter.reason, filed.letter.tries) == (LetterReason.POISON_SESSION, 3)
    assert f"{users.namespace}/shop" in filed.letter.error


@pytest.mark.usefixtures("operator", "dying_worker")
async def test_a_page_that_kills_two_workers_is_skipped_and_the_rest_is_crawled(users, redis_keys):
    client, keys = redis_keys
    uid = await users.apply(url=f"{SITE}/pages?deadly=3", scope={"maxPages": 6})
    status = await users.phase("Completed", seconds=60)
    assert status["attempt"] == 3
    assert status["progress"]["pagesFailed"] == 1
    results = client.hgetall(keys.session(uid).results)
    ends = {url: PageResult.model_validate_json(body).end for url, body in results.items()}
    assert ends == {f"{SITE}/{n}": PageEnd.CRASHED_WORKER if n == 3 else PageEnd.LOADED for n in range(6)}
    assert DeadLetters(client, keys).count() == 0

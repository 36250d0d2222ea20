"""Sessions that ask a language model, with all of BugHive around them."""

import asyncio
import threading
from collections.abc import Iterator

import pytest
from fixtures.fake_provider import KEY, FakeProvider, Says, fake_provider

from bughive_crds.crawl_session import Phase

FAST = {"requestsPerSecond": 100}
ASKS = {"analysis": {"enabled": True, "maxUSD": 0.5, "maxPages": 4}, "artifacts": {"screenshots": "None"}}


@pytest.fixture(scope="module")
def provider() -> Iterator[FakeProvider]:
    """A provider in a loop of its own: the workers are other processes."""
    ready, over = threading.Event(), threading.Event()
    running: list[FakeProvider] = []

    async def serve() -> None:
        async with fake_provider() as provider:
            provider.script = says
            running.append(provider)
            ready.set()
            await asyncio.to_thread(over.wait)

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    assert ready.wait(10)
    yield running[0]
    over.set()
    thread.join()
    assert running[0].complaints == []


@pytest.fixture(scope="module")
def variables(provider: FakeProvider) -> dict[str, str]:
    return {"ANTHROPIC_API_KEY": KEY, "ANTHROPIC_BASE_URL": provider.url}


def says(page: dict) -> Says:
    """It calls the first text of each page nonsense."""
    first = page["texts"][0]
    bug = {
        "kind": "semantic-nonsense-text",
        "severity": "Low",
        "title": "This says nothing",
        "explanation": "Nobody knows what it means.",
        "element": first["ref"],
        "quotes": [first["text"]],
        "action": None,
    }
    return Says({"bugs": [bug], "retold": []})


def test_shards_share_one_budget_and_what_it_bought_serves_later_sessions(installation, provider):
    uid = installation.apply("first", browser=FAST, shards=2, **ASKS)
    status = installation.wait_for("first", Phase.COMPLETED)
    asked = status.analysis
    assert (asked.pages, asked.calls, asked.stopped) == (4, 4, "MaxPagesReached")
    (told,) = [condition for condition in status.conditions if condition.type == "Analyzed"]
    assert (told.status, told.reason) == ("False", "MaxPagesReached")
    assert asked.calls == len(provider.bodies)
    assert 0 < asked.usd < 0.5
    assert (
        f"Language model: asked about 4 pages, {asked.usd:.4f} USD; the model was asked about 4 pages."
        in status.message
    )
    assert (
        f"{asked.usd:.4f} USD"
        in (installation.stack.artifacts / installation.namespace / uid / "report.html").read_text()
    )

    installation.apply("second", browser=FAST, **ASKS)
    later = installation.wait_for("second", Phase.COMPLETED).analysis
    assert later.recalled > 0
    assert later.calls == len(provider.bodies) - 4 <= 4


def test_the_key_is_nowhere_but_in_the_workers_environment(installation, provider):
    uid = installation.apply("third", browser=FAST, **ASKS)
    installation.wait_for("third", Phase.COMPLETED)
    assert provider.bodies
    written = installation.kubectl("get", "crawlsessions,crawlreports,events", "-o", "yaml")
    folder = installation.stack.artifacts / installation.namespace / uid
    written += "".join(file.read_bytes().decode("latin-1") for file in folder.rglob("*") if file.is_file())
    written += "".join((installation.home / f"{name}.log").read_text() for name in ("worker-crawl", "operator"))
    written += str([dump(installation, key) for key in installation._redis.scan_iter(count=1000)])
    assert len(written) > 10_000
    assert KEY not in written


def dump(installation, key: str) -> object:
    client = installation._redis
    read = {
        "string": client.get,
        "hash": client.hgetall,
        "set": client.smembers,
        "zset": lambda name: client.zrange(name, 0, -1),
        "list": lambda name: client.lrange(name, 0, -1),
        "stream": client.xrange,
    }
    return read[client.type(key)](key)

"""Quotas on the real way from apply to dispatch: who waits, what it is told, and who passes."""

import asyncio
import uuid

import pytest

from bughive_operator.settings import NamespaceQuota

PAGES = {"scope": {"maxPages": 80}}


def told(status):
    (reason,) = (one["reason"] for one in status["conditions"] if one["type"] == "Dispatched")
    return reason, status["message"]


@pytest.fixture
async def neighbours(users, cluster):
    """Users of another namespace of the same cluster."""
    name = f"neighbours-{uuid.uuid4().hex[:8]}"
    await asyncio.to_thread(cluster.kubectl, "create", "namespace", name)
    yield type(users)(cluster, name)
    await asyncio.to_thread(cluster.kubectl, "delete", "namespace", name, "--wait=false")


async def test_a_namespace_at_its_quota_waits_and_its_neighbours_do_not(operators, users, neighbours, worker):
    await operators.start(watch_namespaces=(users.namespace, neighbours.namespace), namespace_max_running=1)
    await users.apply("first")
    turn = await worker.take()
    await users.phase("Running", "first")

    await users.apply("second")
    waiting = await users.phase("Pending", "second")
    await neighbours.apply("theirs")
    await neighbours.phase("Queued", "theirs")

    assert told(waiting) == (
        "QuotaReached",
        f"Number 1 in line: at most 1 session of namespace {users.namespace} may run at once.",
    )
    assert (await users.status("second"))["phase"] == "Pending"
    await turn.finish()
    await users.phase("Queued", "second")


async def test_a_session_waits_for_pages_and_a_smaller_one_passes(operators, users, worker):
    await operators.start(namespace_max_pages=100)
    await users.apply("first", **PAGES)
    turn = await worker.take()
    await users.phase("Running", "first")

    await users.apply("big", **PAGES)
    waiting = await users.phase("Pending", "big")
    await users.apply("small", scope={"maxPages": 20})
    await users.phase("Queued", "small")

    assert told(waiting) == (
        "QuotaReached",
        (
            f"Number 1 in line: it may take 80 pages, and 80 of at most 100 pages of namespace {users.namespace} are "
            "promised to others."
        ),
    )
    await turn.finish()
    await users.phase("Queued", "big")


async def test_a_session_that_can_never_begin_is_told_so_and_holds_nobody_up(operators, users):
    await operators.start(namespace_quotas={users.namespace: NamespaceQuota(max_pages=50)})
    await users.apply("huge", **PAGES)
    waiting = await users.phase("Pending", "huge")
    await users.apply("small", scope={"maxPages": 20})
    await users.phase("Queued", "small")

    assert told(waiting) == (
        "QuotaReached",
        (
            f"maxPages is 80 and the quota of namespace {users.namespace} is 50 pages: this session can never begin. "
            "Apply one with a smaller spec.scope.maxPages, or have the quota raised."
        ),
    )

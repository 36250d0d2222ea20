"""A session of several shards: one that is left or lost does not stop the others."""

from fixtures.session_states import QUEUED, RUNNING, SENT, STARTED, release

from bughive_crds.crawl_session import Phase
from bughive_operator.actions import Dispatch, Reopen, Send

SHARDS = {"shards": 3}


def test_every_shard_is_dispatched_together(situation):
    assert situation(SHARDS).orders() == [Dispatch(1)]
    lost = situation(SHARDS, status=QUEUED, redis={**SENT, "shards": 3, "sent_ago": 31.0}, after=300)
    assert lost.orders() == [Send(1, (0, 1, 2))]


def test_the_status_names_all_who_crawl(situation, lease):
    leases = (lease(), lease(shard=1, worker="worker-b"), lease(shard=2, worker="worker-c", expires_in=-1))
    status = situation(SHARDS, status=QUEUED, redis={**STARTED, "shards": 3, "leases": leases}).status()
    assert (status.phase, status.worker) == (Phase.RUNNING, "worker-a and 1 more")
    assert status.workers == ("worker-a", "worker-b")


def test_a_shard_that_nobody_has_taken_is_sent_again_while_others_crawl(situation, lease):
    redis = {**STARTED, "shards": 3, "leases": (lease(),)}
    assert situation(SHARDS, status=RUNNING, redis=redis).orders() == []
    late = situation(SHARDS, status=RUNNING, redis={**redis, "sent_ago": 31.0})
    assert late.orders() == [Send(1, (1, 2))]


def test_a_lost_shard_alone_is_given_to_another_worker(situation, lease):
    lapsing = (lease(), lease(shard=1, expires_in=-2))
    lost = (lease(), lease(shard=1, expires_in=-9))
    redis = {**STARTED, "shards": 2}
    assert situation({"shards": 2}, status=RUNNING, redis={**redis, "leases": lapsing}).orders() == []
    found = situation({"shards": 2}, status=RUNNING, redis={**redis, "leases": lost})
    assert found.orders() == [Reopen(1, (1,)), Send(1, (1,))]
    assert (found.status().phase, found.status().failures) == (Phase.RUNNING, 0)


def test_nothing_counts_as_lost_just_after_redis_was_away(situation, lease):
    lost = (lease(), lease(shard=1, expires_in=-60))
    assert (
        situation({"shards": 2}, status=RUNNING, redis={**STARTED, "shards": 2, "leases": lost}, steady=3).orders()
        == []
    )


def test_a_shard_whose_worker_was_drained_is_given_to_another(situation, lease):
    drained, failed = release("Drain"), release("Error", message="no browser", error="BrowserUnavailable")
    redis = {**STARTED, "shards": 3, "leases": (lease(),), "releases": {1: drained, 2: failed}, "release": failed}
    assert situation(SHARDS, status=RUNNING, redis=redis).orders() == [Reopen(1, (1,)), Send(1, (1,))]


def test_when_all_shards_are_over_one_that_died_tells_more_than_those_that_left(situation, lease):
    redis = {**STARTED, "shards": 2, "leases": (lease(shard=1, expires_in=-9),)}
    over = {**redis, "releases": {0: release("Drain")}, "release": release("Drain")}
    ended = situation({"shards": 2}, status=RUNNING, redis=over)
    assert ended.orders() == [Dispatch(2)]
    assert ended.status().failures == 1

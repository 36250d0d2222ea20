"""How a session gets to a worker, and what is said of it meanwhile: one situation a row."""

from dataclasses import replace
from datetime import timedelta

import pytest
from fixtures.session_states import BUGS, PAGES, QUEUED, RUNNING, SENT, STARTED

from bughive_crds.crawl_session import Phase
from bughive_operator.actions import Dispatch, Send
from bughive_operator.quota import Hold, Unit
from bughive_protocol.picture import Crowded


def test_a_new_session_is_queued_and_dispatched_in_one_go(situation):
    new = situation()
    assert new.orders() == [Dispatch(1)]
    status = new.status()
    assert (status.phase, status.attempt, status.task_id) == (Phase.QUEUED, 1, "0b5c-1-0")
    assert new.condition("Accepted") == ("True", "Valid", "The spec makes sense.")
    assert new.condition("Dispatched") == ("True", "WaitingForWorker", "Attempt 1 waits for a free worker.")


def test_a_session_in_line_is_told_its_place_and_the_limit(situation):
    waiting = situation(place=3)
    assert waiting.orders() == []
    assert waiting.status().phase is Phase.PENDING
    assert waiting.status().message == "Number 3 in line: at most 10 sessions may run at once."
    assert waiting.condition("Dispatched")[:2] == ("False", "WaitingForSlot")


def test_far_back_in_line_the_place_is_not_told_so_that_it_is_no_news_when_one_ends(situation):
    messages = {situation(place=place).status().message for place in (101, 102, 9_000)}
    assert messages == {"Behind 100 others or more in line: at most 10 sessions may run at once."}


@pytest.mark.parametrize(
    ("hold", "message"),
    [
        (
            Hold(Unit.SESSIONS, "web", used=2, limit=2),
            "Number 3 in line: at most 2 sessions of namespace web may run at once.",
        ),
        (
            Hold(Unit.PAGES, None, used=900, limit=1000, needed=200),
            (
                "Number 3 in line: it may take 200 pages, and 900 of at most 1000 pages of all namespaces together are "
                "promised to others."
            ),
        ),
        (
            Hold(Unit.PAGES, "web", used=0, limit=100, needed=200),
            (
                "maxPages is 200 and the quota of namespace web is 100 pages: this session can never begin. Apply one "
                "with a smaller spec.scope.maxPages, or have the quota raised."
            ),
        ),
    ],
)
def test_a_session_that_waits_for_a_quota_is_told_which(situation, hold, message):
    waiting = situation(place=3, hold=hold)
    assert waiting.status().message == message
    assert waiting.condition("Dispatched") == ("False", "QuotaReached", message)
    assert waiting.later(60).plan().actions == ()


def test_a_later_start_is_waited_for_and_then_kept(situation):
    early = situation({"startAt": "2026-06-01T12:10:00Z"})
    assert early.status().message == "Starts at 2026-06-01 12:10:00 UTC, as startAt asks."
    assert early.condition("Dispatched")[1] == "Scheduled"
    assert early.plan().wake.at == early.now + timedelta(minutes=10)
    assert early.later(600).orders() == [Dispatch(1)]


@pytest.mark.parametrize(
    ("redis", "orders"),
    [
        ({"attempt": 0}, [Dispatch(1)]),
        ({"attempt": 1}, [Send(1)]),
        (SENT, []),
        ({**SENT, "sent_ago": 31.0}, [Send(1)]),
        ({**SENT, "sent_ago": 31.0, "sends": 2}, []),
        ({**SENT, "sent_ago": 61.0, "sends": 2}, [Send(1)]),
        ({**SENT, "sent_ago": 119.0, "sends": 3}, []),
        ({**SENT, "sent_ago": 121.0, "sends": 3}, [Send(1)]),
    ],
    ids=["no fence", "not sent", "sent", "30 s", "second, early", "60 s", "third, early", "120 s"],
)
def test_what_a_crash_or_a_lost_message_left_undone_is_done_again(situation, redis, orders):
    assert situation(status=QUEUED, redis=redis, after=300).orders() == orders


def test_a_message_that_nobody_takes_is_told_to_the_user(situation):
    stuck = situation(status=QUEUED, redis={**SENT, "sends": 2})
    assert stuck.condition("Dispatched")[1] == "NoWorker"
    assert "Check that crawl workers are running" in stuck.status().message


def test_a_lease_makes_a_session_run_and_shows_its_progress(situation, lease):
    taken = situation(
        status=QUEUED,
        redis={**STARTED, "leases": (lease(),), "counts": PAGES, "bugs": BUGS, "current_url": "https://shop.example/a"},
    )
    status = taken.status()
    assert (status.phase, status.worker) == (Phase.RUNNING, "worker-a")
    assert (status.progress.pages, status.progress.percent) == ("12/40", 30)
    assert status.progress.current_url == "https://shop.example/a"
    assert status.message == "Crawling: 12/40 pages, 3 bugs so far."
    assert taken.condition("Running") == ("True", "Crawling", "worker-a is crawling (attempt 1).")
    later = taken.later(60, {"counts": taken.observation.redis.counts.model_copy(update={"crawled": 30})})
    assert later.status().progress.pages_per_minute == 30
    assert [action.transition for action in later.plan().actions] == [False]


@pytest.mark.parametrize(
    ("crowded", "told"),
    [
        (Crowded.SESSION, "this session's that are not uploaded yet fill their 32 MiB"),
        (Crowded.ALL, "BUGHIVE_PENDING_PICTURES_MIB"),
    ],
)
def test_a_session_that_waits_for_room_says_why_and_what_to_look_at(situation, lease, crowded, told):
    running = situation(
        status=QUEUED, redis={**STARTED, "leases": (lease(),), "counts": PAGES, "bugs": BUGS, "crowded": crowded}
    )
    message = running.status().message
    assert message.startswith("Crawling: 12/40 pages, 3 bugs so far. Pictures wait for room, and then are left out: ")
    assert told in message
    assert message.endswith("Check the workers of the queue media and the artifact store.")
    assert running.condition("Running")[:2] == ("True", "Crawling")
    over = running.later(20, {"crowded": None})
    assert over.status().message == "Crawling: 12/40 pages, 3 bugs so far."


def test_pages_known_are_never_more_than_may_be_crawled(situation, lease):
    counts = {"discovered": 900, "crawled": 3}
    running = situation({"scope": {"maxPages": 20}}, QUEUED, {**STARTED, "leases": (lease(),), "counts": counts})
    assert running.status().progress.pages == "3/20"


def test_redis_away_freezes_everything(situation):
    for status in (QUEUED, RUNNING, {"phase": "Pending"}):
        frozen = situation({"cancel": True, "queueDeadlineSeconds": 1}, status, away=True, after=900)
        assert frozen.plan().actions == ()
    new = situation(away=True)
    assert (new.status().phase, new.condition("Dispatched")[1]) == (Phase.PENDING, "RedisUnavailable")


def test_a_spec_that_cannot_be_read_fails_and_says_where(situation):
    fine = situation()
    resource = replace(fine.observation.resource, spec=None, spec_error="spec.shards: unknown")
    odd = replace(fine, observation=replace(fine.observation, resource=resource))
    assert odd.status().phase is Phase.FAILED
    assert odd.condition("Accepted")[:2] == ("False", "InvalidSpec")
    assert "spec.shards: unknown" in odd.status().message


def test_a_change_of_the_spec_is_answered_with_its_generation(situation):
    suspended = {"phase": "Suspended", "attempt": 1, "observedGeneration": 1}
    changed = situation({"suspend": True, "priority": "High"}, suspended, SENT, generation=2)
    assert changed.status().observed_generation == 2
    assert changed.events() == []


def test_a_conditions_time_moves_only_with_its_value(situation):
    queued = situation(status=QUEUED, redis=SENT)
    sent_again = queued.later(60, {"sends": 2})
    times = {c.reason: c.last_transition_time for c in sent_again.status().conditions}
    assert times["NoWorker"] == queued.now

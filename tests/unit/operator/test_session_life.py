"""A session's whole life against a pure model of user, worker, Redis and API server.

Hypothesis looks for a sequence of events after which the operator leaves a final phase, does not come
to rest, waits without saying why, or cannot be brought to an end.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from fixtures.model_redis import UID, ModelRedis
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bughive_crds.analysis import AnalysisSpec, AnalysisStatus, AnalysisStop
from bughive_crds.crawl_session import CrawlSessionSpec, CrawlSessionStatus, Outcome, Phase
from bughive_crds.webhooks import WebhookSpec
from bughive_operator import actions
from bughive_operator.observation import Observation, Resource, Standing, Withheld
from bughive_operator.plan import plan
from bughive_operator.policy import Policy
from bughive_operator.reasons import Reason
from bughive_protocol.control import Verdict
from bughive_protocol.deliveries import Deliveries, Delivery
from bughive_protocol.frontier import Counts
from bughive_protocol.lease import LEASE_TTL_SECONDS, Release, ReleaseReason, Signal

START = datetime(2026, 6, 1, 12, tzinfo=UTC)
PATIENCE = 12
"""How many plans in a row may have something to do before the operator counts as restless."""


class Life(RuleBasedStateMachine):
    """The world: the resource, Redis, and what users, workers and machines may do to them."""

    webhooks: tuple[WebhookSpec, ...] = ()
    analysis = AnalysisSpec()

    def __init__(self) -> None:
        super().__init__()
        self.time = 0.0
        self.redis = ModelRedis()
        self.away = False
        self.steady_since = -1000.0
        self.standing = Standing(granted=True, place=1)
        self.deleted = False
        self.withheld: Withheld | None = None
        self.resource = Resource(
            uid=UID,
            namespace="web",
            name="shop",
            generation=1,
            resource_version="1",
            created_at=START,
            deleting=False,
            spec=CrawlSessionSpec(
                url="https://shop.example/",
                active_deadline_seconds=5000,
                webhooks=self.webhooks,
                analysis=self.analysis,
            ),
            spec_error="",
            status=CrawlSessionStatus(),
        )

    @property
    def now(self) -> datetime:
        return START + timedelta(seconds=self.time)

    def observe(self) -> Observation:
        return Observation(
            uid=UID,
            resource=None if self.deleted else self.resource,
            redis=None if self.away else self.redis.seen(self.time),
            redis_steady=self.time - self.steady_since,
            standing=self.standing,
            withheld=self.withheld,
        )

    def plan(self) -> actions.Plan:
        return plan(self.observe(), self.now, Policy())

    def apply(self, action: actions.Action) -> None:
        redis = self.redis
        match action:
            case actions.PatchStatus(status):
                self.patch(status)
            case actions.Dispatch(attempt):
                redis.dispatch(attempt)
                self.apply(actions.Send(attempt))
            case actions.Send(attempt) if redis.snapshot.attempt == attempt:
                redis.sent_at = self.time
                redis.change(sends=redis.snapshot.sends + 1)
            case actions.SetSignal(attempt, signal) if redis.snapshot.attempt == attempt and not redis.snapshot.verdict:
                redis.change(signal=signal)
            case actions.Cancel(attempt, reason):
                standing = Verdict(cancelled=True, outcome=None, completed_at=self.now, reason=reason)
                redis.change(
                    attempt=max(attempt, redis.snapshot.attempt),
                    verdict=redis.snapshot.verdict or standing,
                    signal=Signal.CANCEL,
                    deliveries=redis.snapshot.deliveries if redis.snapshot.verdict else self.unsent(),
                )
            case actions.FenceOff():
                redis.lease_ends = None
            case actions.Acknowledge():
                redis.lease_ends = None
                redis.change(acknowledged=True)
            case actions.StopWork():
                self.redis = ModelRedis()
            case actions.Expire():
                self.deleted = True

    def patch(self, status: CrawlSessionStatus) -> None:
        old, new = self.resource.status.phase, status.phase
        assert old is None or not old.terminal or new is old, f"{old} was left for {new}"
        assert status.attempt >= self.resource.status.attempt
        if new is not None and new.terminal and self.redis.snapshot.attempt:
            assert self.redis.snapshot.verdict, "a session ended that Redis would still let a worker go on with"
        self.resource = replace(self.resource, status=status)

    def unsent(self) -> Deliveries:
        """What the end adds to what is to be delivered."""
        return self.redis.snapshot.deliveries.model_copy(update={"unsent": bool(self.webhooks)})

    def settle(self) -> None:
        for _ in range(PATIENCE):
            wanted = self.plan().actions
            if not wanted:
                return
            for action in wanted:
                self.apply(action)
        raise AssertionError(f"restless: {self.plan().actions} in {self.resource.status.phase}")

    def respec(self, **fields: Any) -> None:
        spec = self.resource.spec
        assert spec is not None
        self.resource = replace(
            self.resource, generation=self.resource.generation + 1, spec=spec.model_copy(update=fields)
        )

    # The operator and the machines

    @rule()
    def the_operator_comes_to_rest(self) -> None:
        self.settle()

    @rule(steps=st.integers(0, 3))
    def the_operator_dies_between_two_steps(self, steps: int) -> None:
        for action in self.plan().actions[:steps]:
            self.apply(action)

    @rule(seconds=st.sampled_from([1, 9, 16, 31, 61, 300, 4000]))
    def time_passes(self, seconds: int) -> None:
        self.time += seconds

    @rule(free=st.integers(0, 2), place=st.integers(1, 3))
    def room_changes(self, free: int, place: int) -> None:
        self.standing = Standing(granted=place <= free, place=place)

    @rule(reason=st.sampled_from([None, Reason.CREDENTIALS_FORBIDDEN, Reason.CREDENTIALS_MISSING]))
    def secrets_come_and_go(self, reason: Reason | None) -> None:
        self.withheld = reason and Withheld(reason, "Let it.", self.now + timedelta(seconds=30))

    @rule()
    def redis_goes_away(self) -> None:
        self.away = True

    @precondition(lambda self: self.away)
    @rule()
    def redis_comes_back(self) -> None:
        self.away, self.steady_since = False, self.time

    @rule()
    def redis_is_emptied(self) -> None:
        self.redis = ModelRedis(highest_attempt=self.redis.highest_attempt)

    # The user

    @rule(wanted=st.booleans())
    def the_user_sets_suspend(self, wanted: bool) -> None:
        self.respec(suspend=wanted)

    @rule()
    def the_user_cancels(self) -> None:
        self.respec(cancel=True)

    @rule(priority=st.sampled_from(["Low", "Urgent"]))
    def the_user_changes_the_priority(self, priority: str) -> None:
        self.respec(priority=priority)

    # The worker

    @property
    def works(self) -> bool:
        return self.redis.lease_ends is not None and self.redis.lease_ends > self.time and not self.away

    @precondition(lambda self: not self.away and not self.works)
    @rule()
    def a_worker_takes_the_message(self) -> None:
        seen = self.redis.snapshot
        if seen.attempt and seen.sends and not seen.verdict and not seen.release and seen.signal is Signal.RUN:
            self.redis.lease_ends = self.time + LEASE_TTL_SECONDS
            self.redis.change(started_at=seen.started_at or self.now, updated_at=self.now)

    @precondition(lambda self: self.works)
    @rule(pages=st.integers(0, 3))
    def the_worker_crawls(self, pages: int) -> None:
        crawled = self.redis.snapshot.counts.crawled + pages
        self.redis.lease_ends = self.time + LEASE_TTL_SECONDS
        self.redis.change(counts=Counts(discovered=crawled + 1, crawled=crawled), updated_at=self.now)

    @precondition(lambda self: self.works)
    @rule(reason=st.sampled_from(ReleaseReason), permanent=st.booleans())
    def the_worker_lets_go(self, reason: ReleaseReason, permanent: bool) -> None:
        self.redis.lease_ends = None
        attempt = self.redis.snapshot.attempt
        record = Release(reason=reason, attempt=attempt, epoch=1, at=self.now, message="no answer", permanent=permanent)
        self.redis.change(release=record)

    @precondition(lambda self: self.works and not self.redis.snapshot.verdict)
    @rule(outcome=st.sampled_from([Outcome.PASSED, Outcome.BUGS_FOUND]))
    def the_worker_finishes(self, outcome: Outcome) -> None:
        self.redis.lease_ends = None
        verdict = Verdict(cancelled=False, outcome=outcome, completed_at=self.now)
        self.redis.change(verdict=verdict, deliveries=self.unsent())

    # What must always hold

    @invariant()
    def a_session_at_rest_waits_for_a_named_reason(self) -> None:
        wanted = self.plan()
        status = self.resource.status
        if wanted.actions or self.deleted or status.phase is None:
            return
        reasons = {condition.reason for condition in status.conditions}
        assert reasons <= set(Reason)
        assert status.message
        if not status.phase.terminal and not self.away and not self.works:
            stands = status.phase is Phase.SUSPENDED or Reason.WAITING_FOR_SLOT in reasons
            assert stands or wanted.wake is not None, f"{status.phase} waits for nothing"

    @invariant()
    def a_phase_agrees_with_its_conditions(self) -> None:
        status = self.resource.status
        true = {condition.type for condition in status.conditions if condition.status == "True"}
        phase = status.phase
        assert ("Finished" in true) == (phase is not None and phase.terminal)
        assert ("Running" in true) == (phase is Phase.RUNNING)
        assert ("Suspended" in true) == (phase is Phase.SUSPENDED)

    def teardown(self) -> None:
        """With Redis back, room, Secrets, a user who wants nothing more and workers that work, every session ends."""
        if self.away:
            self.redis_comes_back()
        self.standing = Standing(granted=True, place=1)
        self.withheld = None
        self.respec(suspend=False)
        for _ in range(60):
            self.settle()
            phase = self.resource.status.phase
            if self.deleted or (phase is not None and phase.terminal):
                assert self.plan().actions == ()
                return
            self.a_worker_takes_the_message()
            if self.works and not self.redis.snapshot.verdict:
                self.settle()
                self.the_worker_finishes(Outcome.PASSED)
            self.time += 40
        raise AssertionError(f"no end: {self.resource.status}")


class TellingLife(Life):
    """The same, of a session that others hear of and a model is asked about. That changes no phase and no outcome."""

    webhooks = (WebhookSpec(url="https://hooks.example/"),)
    analysis = AnalysisSpec(enabled=True)

    @precondition(lambda self: self.redis.snapshot.attempt and not self.away)
    @rule(done=st.integers(0, 2), failed=st.integers(0, 1), pending=st.integers(0, 1), sent=st.booleans())
    def something_is_delivered(self, done: int, failed: int, pending: int, sent: bool) -> None:
        deliveries = self.redis.snapshot.deliveries
        told = Delivery(done=done, failed=failed, pending=pending, error="no answer", at=self.now)
        unsent = deliveries.unsent and not sent
        self.redis.change(deliveries=Deliveries(by_kind={"webhook": told}, unsent=unsent))

    @precondition(lambda self: self.works)
    @rule(calls=st.integers(0, 2), stopped=st.none() | st.sampled_from(AnalysisStop))
    def a_model_is_asked(self, calls: int, stopped: AnalysisStop | None) -> None:
        asked = AnalysisStatus(pages=calls, calls=calls, stopped=stopped, message=stopped and "no more")
        self.redis.change(counts=self.redis.snapshot.counts.model_copy(update={"analysis": asked}))

    @invariant()
    def a_session_that_is_over_tells_how_it_went_with_the_others(self) -> None:
        status = self.resource.status
        told = {condition.type: condition for condition in status.conditions}
        assert status.phase is None or not status.phase.terminal or {"Delivered", "Analyzed"} <= told.keys()
        if status.phase is Phase.COMPLETED:
            stopped = status.analysis.stopped if status.analysis else None
            assert told["Analyzed"].reason == (stopped or Reason.ALL_ANALYZED)


class TestLife(Life.TestCase):
    settings = settings(max_examples=150, stateful_step_count=40, deadline=None)


class TestTellingLife(TellingLife.TestCase):
    settings = settings(max_examples=150, stateful_step_count=40, deadline=None)

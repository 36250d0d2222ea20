"""Whatever happens to operator, clock, sessions and spec: what must hold of every schedule."""

from datetime import UTC, datetime, timedelta

from fixtures.schedule_world import make_world
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bughive_crds.crawl_session import Phase
from bughive_operator.schedule.actions import CreateSession
from bughive_operator.schedule.cron import Cron
from bughive_operator.schedule.session_names import scheduled_moment

BEGIN = datetime(2026, 3, 28, 20, tzinfo=UTC)
"""Before the night in which Berlin's clocks change."""


class ScheduleLife(RuleBasedStateMachine):
    """A user, an operator that may die between any two steps, a clock that may be set, and workers."""

    @initialize(
        expression=st.sampled_from(["* * * * *", "*/7 * * * *", "30 2 * * *", "@hourly"]),
        policy=st.sampled_from(["Allow", "Forbid", "Replace"]),
        deadline=st.sampled_from([None, 10, 300]),
        jitter=st.sampled_from([0, 45, 600]),
    )
    def create(self, expression, policy, deadline, jitter):
        self.expression, self.policy = expression, policy
        spec = {"timeZone": "Europe/Berlin", "concurrencyPolicy": policy, "jitterSeconds": jitter}
        if deadline is not None:
            spec["startingDeadlineSeconds"] = deadline
        self.shop = make_world(expression, BEGIN, **spec)
        self.shop.settle()

    @rule(minutes=st.integers(1, 90))
    def time_passes(self, minutes):
        self.shop.until(self.shop.now + timedelta(minutes=minutes))

    @rule(hours=st.integers(1, 200))
    def nobody_is_there(self, hours):
        self.shop.away_until(self.shop.now + timedelta(hours=hours))

    @rule(minutes=st.integers(1, 180))
    def the_clock_steps_back(self, minutes):
        self.shop.now -= timedelta(minutes=minutes)
        self.shop.settle()

    @rule(minutes=st.integers(1, 90), steps=st.integers(0, 3))
    def the_operator_dies_between_two_steps(self, minutes, steps):
        self.shop.now += timedelta(minutes=minutes)
        for action in self.shop.actions()[:steps]:
            self.shop.do(action)

    @precondition(lambda self: self.shop.active())
    @rule(data=st.data(), phase=st.sampled_from([Phase.COMPLETED, Phase.FAILED]))
    def a_session_ends(self, data, phase):
        self.shop.end(data.draw(st.sampled_from(sorted(self.shop.active()))), phase)

    @rule()
    def a_user_wants_one_now(self):
        self.shop.change(runAt=self.shop.now)

    @rule(suspend=st.booleans())
    def a_user_suspends_or_resumes(self, suspend):
        self.shop.change(suspend=suspend)

    @rule()
    def plans_come_to_an_end(self):
        self.shop.settle()
        assert self.shop.actions() == ()

    @invariant()
    def no_run_was_started_twice(self):
        assert len(self.shop.created) == len(set(self.shop.created))

    @invariant()
    def runs_were_started_for_moments_of_the_schedule_alone(self):
        for name in self.shop.created:
            moment = scheduled_moment("shop", name)
            if moment is not None:
                assert Cron(self.expression, "Europe/Berlin").after(moment - timedelta(seconds=1)) == moment

    @invariant()
    def sessions_overlap_only_where_they_may(self):
        assert self.policy == "Allow" or len(self.shop.active()) <= 1

    @invariant()
    def at_most_one_session_is_created_at_a_time(self):
        assert sum(isinstance(action, CreateSession) for action in self.shop.actions()) <= 1


ScheduleLife.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
TestScheduleLife = ScheduleLife.TestCase

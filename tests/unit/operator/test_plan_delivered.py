"""The condition Delivered: shown beside everything else, and decided after the end."""

from typing import Any

import pytest
from fixtures.session_states import DIGEST, NOON, QUEUED, RUNNING, SENT, STARTED, VERDICT, cancelled

from bughive_operator import actions
from bughive_operator.plan.delivered import PATIENCE
from bughive_protocol.control import Verdict
from bughive_protocol.deliveries import Deliveries
from bughive_protocol.ticket_record import TicketOutcome, TicketRecord, TrackerName

HOOKS = {"webhooks": [{"url": "https://hooks.example/"}]}
HOUR = PATIENCE.total_seconds()


def delivery(**numbers: Any) -> dict[str, Any]:
    return {"by_kind": {"webhook": {"at": NOON, **numbers}}}


@pytest.fixture
def ended(situation):
    """A session that has just finished, its end not yet sent on."""

    def ended(spec: dict[str, Any] = HOOKS, **deliveries: Any):
        redis = {**STARTED, "verdict": VERDICT, "digest": DIGEST, "deliveries": {"unsent": True}}
        return situation(spec, RUNNING, redis).later(1, {"acknowledged": True, **deliveries})

    return ended


def later(situation, seconds: float, deliveries: dict[str, Any]):
    return situation.later(seconds, {"deliveries": Deliveries.model_validate(deliveries)})


def test_a_session_that_tells_nobody_has_no_such_condition(situation) -> None:
    assert situation(status=QUEUED, redis=SENT).condition("Delivered") is None


def test_until_the_end_it_is_on_its_way_without_a_patch_of_its_own(situation, lease) -> None:
    waiting = situation(HOOKS, QUEUED, SENT)
    assert waiting.condition("Delivered")[:2] == ("Unknown", "Delivering")
    running = waiting.later(1, {"leases": (lease(),), "started_at": waiting.now})
    numbers = [
        later(running.later(1), 1, delivery(pending=1)),
        later(running.later(1), 2, delivery(done=3)),
    ]
    assert all(each.plan().actions == () or each.status() == running.status() for each in numbers)


def test_the_terminal_phase_does_not_wait_for_it(ended) -> None:
    session = ended()
    assert session.status().phase == "Completed"
    assert session.condition("Finished")[0] == "True"
    assert session.condition("Delivered")[:2] == ("Unknown", "Delivering")


def test_it_holds_when_all_is_delivered_by_one_patch_more(ended) -> None:
    session = later(ended(), 1, {**delivery(done=2, pending=1), "unsent": False})
    assert session.plan().actions == ()
    done = later(session, 1, delivery(done=3))
    assert done.condition("Delivered") == ("True", "AllDelivered", "Delivered: 3 webhook events.")
    report, patch = done.plan().actions
    assert patch.transition
    assert [(one.kind, one.done) for one in report.digest.content.deliveries] == [("webhook", 3)]
    assert (patch.status.phase, patch.status.outcome) == ("Completed", "BugsFound")
    assert done.later(1).plan().actions == ()


def test_tickets_are_told_by_what_was_done_for_them_and_named_in_the_report(ended) -> None:
    by_kind = {"ticket": {"done": 3, "at": NOON}, "webhook": {"done": 1, "at": NOON}}
    tickets = tuple(
        TicketRecord(
            tracker=TrackerName.LINEAR,
            fingerprint=f"{number:016x}",
            name=f"WEB-{number}",
            url=f"https://linear.example/WEB-{number}",
            outcome=outcome,
        )
        for number, outcome in enumerate((TicketOutcome.OPENED, TicketOutcome.REOPENED, TicketOutcome.OPENED))
    )
    told = {"deliveries": Deliveries.model_validate({"by_kind": by_kind}), "tickets": tickets}
    done = ended({"tickets": {"linear": {"teamKey": "WEB"}}}).later(1, told)
    assert done.condition("Delivered") == (
        "True",
        "AllDelivered",
        "Delivered: 3 tickets, 1 webhook event. Tickets: 2 opened, 1 reopened.",
    )
    report, _ = done.plan().actions
    assert [(ticket.name, ticket.outcome) for ticket in report.digest.content.tickets] == [
        ("WEB-0", "opened"),
        ("WEB-1", "reopened"),
        ("WEB-2", "opened"),
    ]


def test_nothing_to_deliver_is_all_delivered(ended) -> None:
    done = later(ended(), 1, {})
    assert done.condition("Delivered") == ("True", "AllDelivered", "There was nothing to deliver.")


def test_a_failure_is_told_while_the_session_runs_and_changes_nothing_else(situation, lease) -> None:
    redis = {**STARTED, "leases": [lease().model_dump()]}
    running = situation(HOOKS, RUNNING, redis)
    failed = later(running.later(1), 1, delivery(failed=1, pending=1, error="hooks.example answered 410 Gone"))
    assert failed.condition("Delivered") == (
        "False",
        "DeliveryFailed",
        "Not delivered. hooks.example answered 410 Gone.",
    )
    assert failed.status().phase == "Running"
    assert failed.events() == []


def test_a_failure_leaves_the_verdict_alone_and_is_mended_by_a_later_success(ended) -> None:
    failed = later(ended(), 1, delivery(failed=2, done=1, error="no answer"))
    assert failed.condition("Delivered") == (
        "False",
        "DeliveryFailed",
        "Not delivered: 2 webhook events. no answer.",
    )
    assert (failed.status().phase, failed.status().outcome) == ("Completed", "BugsFound")
    assert later(failed, 60, delivery(done=3)).condition("Delivered")[1] == "AllDelivered"


def test_what_nobody_confirms_in_an_hour_is_called_so(ended) -> None:
    waiting = ended()
    assert waiting.plan().wake.at == waiting.later(-1).now + PATIENCE
    lost = waiting.later(HOUR)
    assert lost.condition("Delivered")[:2] == ("Unknown", "DeliveryUnconfirmed")
    assert lost.later(1).plan().actions == ()


def test_when_redis_forgets_the_session_what_was_told_stands(ended) -> None:
    done = later(ended(), 1, delivery(done=3))
    forgotten = done.later(90_000, {"verdict": None, "attempt": 0, "deliveries": Deliveries()})
    assert forgotten.plan().actions == ()
    assert forgotten.condition("Delivered")[1] == "AllDelivered"


def test_a_session_is_not_deleted_while_something_is_on_its_way_but_an_hour_later(ended) -> None:
    over = ended({**HOOKS, "ttlSecondsAfterFinished": 0})
    assert over.orders() == []
    assert later(over, 1, delivery(done=3)).orders() == [actions.Expire()]
    assert over.later(HOUR).orders() == [actions.Expire()]


def test_an_end_that_others_hear_of_goes_through_redis_even_where_nobody_ever_worked(situation) -> None:
    waiting = situation({**HOOKS, "cancel": True}, place=3)
    assert waiting.orders() == [actions.Cancel(0, "Cancelled")]
    over = waiting.later(1, {"verdict": Verdict.model_validate(cancelled("Cancelled"))})
    assert over.status().phase == "Cancelled"
    assert [type(order) for order in over.orders()] == [actions.Acknowledge]

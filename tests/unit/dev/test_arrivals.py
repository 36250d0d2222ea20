"""What the demo prints of what arrived at its webhook."""

import pytest

from bughive_dev.integrations.integration import Arrival
from bughive_dev.integrations.webhook import summed_up

SESSION = {"namespace": "default", "name": "demo-shop"}


def received(id_: str, type_: str, *, verified: bool = True, **data) -> dict[str, object]:
    return {"id": id_, "verified": verified, "message": {"type": type_, "data": {"session": SESSION, **data}}}


def found(id_: str, *severities: str) -> dict[str, object]:
    return received(id_, "bug.found", bugs=[{"severity": severity} for severity in severities])


ALL = [
    received("1", "session.started"),
    found("2", "Low", "High"),
    received("3", "session.finished", phase="Completed", outcome="BugsFound", bugs={"total": 3}),
    found("4", "High"),
]


@pytest.mark.parametrize("more", [[], [ALL[3]]], ids=["once", "one twice"])
def test_messages_are_told_by_their_types_in_whichever_order_they_came(more) -> None:
    assert summed_up([*ALL, *more]) == Arrival(
        "4 messages, every signature valid",
        (
            "session.started   default/demo-shop",
            "bug.found         3 bugs in 2 messages: 2 High, 1 Low",
            "session.finished  Completed, BugsFound: 3 bugs",
        ),
    )


def test_a_message_that_somebody_else_signed_stands_out() -> None:
    assert summed_up([received("1", "session.started", verified=False)]).summary == "1 messages, 1 of them NOT SIGNED"

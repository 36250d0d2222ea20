"""The condition Analyzed: shown where the spec asks for a language model, and nothing depends on it."""

from typing import Any

import pytest
from fixtures.session_states import BUGS, DIGEST, PAGES, QUEUED, RUNNING, SENT, STARTED, VERDICT, cancelled

from bughive_crds.analysis import AnalysisStop
from bughive_operator.reasons import reason_of_stop
from bughive_protocol.control import Verdict
from bughive_protocol.frontier import Counts

ASKS = {"analysis": {"enabled": True}}
ASKED = {"pages": 3, "calls": 3, "usd": 0.01239}


def ended(asked: dict[str, Any] | None) -> dict[str, Any]:
    return {**STARTED, "verdict": VERDICT, "counts": {**PAGES, "analysis": asked}, "bugs": BUGS, "digest": DIGEST}


def counts(**asked: Any) -> dict[str, Any]:
    return {"counts": Counts.model_validate({**PAGES, "analysis": asked})}


def test_a_session_that_asks_no_model_has_no_such_condition(situation) -> None:
    assert situation(status=QUEUED, redis=SENT).condition("Analyzed") is None
    assert situation(status=RUNNING, redis=ended(None)).condition("Analyzed") is None


def test_it_is_open_until_the_end_without_a_patch_of_its_own(situation, lease) -> None:
    waiting = situation(ASKS, QUEUED, SENT)
    assert waiting.condition("Analyzed") == ("Unknown", "Analyzing", "The session is not over.")
    running = waiting.later(1, {"leases": (lease(),), "started_at": waiting.now})
    assert running.later(1).plan().actions == ()
    (progress,) = running.later(1).later(1, counts(**ASKED)).plan().actions
    assert not progress.transition


def test_it_holds_at_the_end_with_what_was_asked(situation) -> None:
    done = situation(ASKS, RUNNING, ended(ASKED))
    assert done.condition("Analyzed") == (
        "True",
        "AllAnalyzed",
        "Language model: asked about 3 pages, 0.0124 USD.",
    )
    assert (done.status().phase, done.status().outcome) == ("Completed", "BugsFound")
    assert done.later(1, {"acknowledged": True}).plan().actions == ()


def test_it_holds_where_there_was_nothing_to_ask(situation) -> None:
    done = situation(ASKS, RUNNING, ended(None))
    assert done.condition("Analyzed") == ("True", "AllAnalyzed", "There was nothing to ask a language model about.")


@pytest.mark.parametrize("stop", AnalysisStop)
def test_what_stopped_it_is_the_reason_and_the_verdict_stands(situation, stop) -> None:
    asked = {**ASKED, "stopped": stop, "message": "ask the administrator"}
    done = situation(ASKS, RUNNING, ended(asked))
    told = "Language model: asked about 3 pages, 0.0124 USD; ask the administrator."
    assert done.condition("Analyzed") == ("False", stop.value, told)
    assert reason_of_stop(stop).value == stop.value
    assert (done.status().phase, done.status().outcome) == ("Completed", "BugsFound")


def test_what_stopped_it_is_told_while_the_session_runs_and_taken_back(situation, lease) -> None:
    running = situation(ASKS, RUNNING, {**STARTED, "leases": [lease().model_dump()]})
    stopped = running.later(1, counts(stopped="NoKey", message="no key is configured."))
    assert stopped.condition("Analyzed") == ("False", "NoKey", "Language model: no key is configured.")
    assert stopped.status().phase == "Running"
    assert stopped.events() == []
    assert stopped.later(1, counts(**ASKED)).condition("Analyzed")[:2] == ("Unknown", "Analyzing")


def test_a_crawl_that_was_stopped_leaves_it_open(situation) -> None:
    waiting = situation({**ASKS, "cancel": True}, QUEUED, SENT)
    over = waiting.later(1, {"verdict": Verdict.model_validate(cancelled("Cancelled"))})
    assert over.status().phase == "Cancelled"
    assert over.condition("Analyzed")[:2] == ("Unknown", "AnalysisCutShort")

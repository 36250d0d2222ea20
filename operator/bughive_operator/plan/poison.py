"""Rule ``poison``: a session that kills its workers is not handed to further ones."""

from bughive_operator.actions import Action, Bury
from bughive_operator.plan import sentences
from bughive_operator.plan.attempt import close
from bughive_operator.plan.cancel import stop
from bughive_operator.plan.view import Turn, View
from bughive_operator.reasons import Reason


def poison(view: View) -> tuple[Action, ...] | None:
    """Fail after several attempts in a row that crawled no page, the last of which lost its worker.

    Errors that a worker lives to report are judged by ``backoffLimit`` alone.
    """
    if view.turn is not Turn.LOST:
        return None
    draft = close(view)
    if draft.value("attempts_without_progress") < view.policy.poison_attempts:
        return None
    told = sentences.stopped(view, Reason.POISON_SESSION, draft.value("failures"))
    return (Bury(view.attempt, told), *stop(view, Reason.POISON_SESSION))

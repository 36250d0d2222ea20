"""Rule ``invalid``: a spec that this operator cannot read fails at once, for it can never change.

The API server refuses such specs; one gets here only if the CRD is newer than the operator.
"""

from bughive_operator.actions import Action
from bughive_operator.plan.cancel import stop
from bughive_operator.plan.view import View
from bughive_operator.reasons import Reason


def invalid(view: View) -> tuple[Action, ...] | None:
    """Fail with the reader's own words, rather than crawl something else than was asked for."""
    return stop(view, Reason.INVALID_SPEC) if view.resource.spec is None else None

"""The condition ``Analyzed``: whether the language model was asked all there was. The verdict does not look at it."""

from bughive_crds.crawl_session import CrawlSessionStatus, Phase
from bughive_operator.actions import Action, PatchStatus
from bughive_operator.plan import sentences
from bughive_operator.plan.draft import Draft, patch
from bughive_operator.plan.view import View
from bughive_operator.reasons import ConditionType, Reason, reason_of_stop


def with_analyzed(view: View, actions: tuple[Action, ...]) -> tuple[Action, ...]:
    """Let each status that is written say it, where the spec asks for a model. It makes no patch of its own."""
    if view.resource.spec is None or not view.resource.spec.analysis.enabled:
        return actions
    return tuple(
        told
        for action in actions
        for told in (patch(view, _told(view, action.status)) if isinstance(action, PatchStatus) else (action,))
    )


def _told(view: View, status: CrawlSessionStatus) -> Draft:
    draft, asked = Draft(view, status), status.analysis
    if asked is not None and asked.stopped is not None:
        return draft.false(ConditionType.ANALYZED, reason_of_stop(asked.stopped), sentences.analysis(asked))
    if status.phase is Phase.COMPLETED:
        told = sentences.analysis(asked) if asked else sentences.NOTHING_TO_ANALYZE
        return draft.true(ConditionType.ANALYZED, Reason.ALL_ANALYZED, told)
    if status.phase is not None and status.phase.terminal:
        return draft.unknown(ConditionType.ANALYZED, Reason.ANALYSIS_CUT_SHORT, sentences.CUT_SHORT)
    return draft.unknown(ConditionType.ANALYZED, Reason.ANALYZING, sentences.ANALYZING)

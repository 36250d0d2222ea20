"""The condition ``Delivered``: what became of webhooks and the like. Neither phase nor outcome looks at it."""

from datetime import datetime, timedelta

from bughive_crds.crawl_report import MAX_TICKETS, ReportedDelivery, ReportedTicket
from bughive_crds.crawl_session import ConditionStatus, CrawlSessionStatus
from bughive_operator.actions import Action, Expire, PatchStatus, WriteReport
from bughive_operator.outbox_tasks import tells_others
from bughive_operator.plan import sentences
from bughive_operator.plan.draft import Draft, patch
from bughive_operator.plan.view import View
from bughive_operator.reasons import ConditionType, Reason
from bughive_protocol.snapshot import Digest, SessionSnapshot

PATIENCE = timedelta(hours=1)
"""After its end a session is expected to have told all within this time; all tries of a delivery take less."""


def with_delivered(view: View, actions: tuple[Action, ...]) -> tuple[Action, ...]:
    """Let the status say how deliveries stand: in the patch that there is anyway, or in one of its own."""
    if view.away or not others_hear(view) or Expire() in actions:
        return actions
    patches = ((place, action.status) for place, action in enumerate(actions) if isinstance(action, PatchStatus))
    place, drafted = next(patches, (len(actions), view.status))
    told = _told(view, drafted)
    return (*actions[:place], *_report_again(view, told), *patch(view, told), *actions[place + 1 :])


def reported(digest: Digest, redis: SessionSnapshot) -> Digest:
    """The session's result with what others heard of it."""
    deliveries = tuple(
        ReportedDelivery(kind=kind, done=one.done, failed=one.failed, error=one.error)
        for kind, one in sorted(redis.deliveries.by_kind.items())
    )
    tickets = tuple(
        ReportedTicket(
            tracker=one.tracker,
            name=one.name[:63],
            url=one.url[:300],
            fingerprint=one.fingerprint,
            outcome=one.outcome,
        )
        for one in redis.tickets[:MAX_TICKETS]
    )
    content = digest.content.model_copy(update={"deliveries": deliveries, "tickets": tickets})
    return digest.model_copy(update={"content": content})


def others_hear(view: View) -> bool:
    """Whether the spec asks for anything to be delivered."""
    return view.resource.spec is not None and tells_others(view.resource.spec)


def awaits_delivery(view: View) -> bool:
    """Whether the resource of a session that is over is still needed for what is to be delivered."""
    until = given_up_at(view)
    pending = view.away or view.redis.deliveries.pending
    return until is not None and view.now < until and pending and others_hear(view)


def given_up_at(view: View) -> datetime | None:
    """When what was not delivered until then is expected no more; None: the session is not over."""
    finished = view.condition(ConditionType.FINISHED)
    over = finished is not None and finished.status is ConditionStatus.TRUE
    return finished.last_transition_time + PATIENCE if finished is not None and over else None


def _told(view: View, status: CrawlSessionStatus) -> Draft:
    draft, deliveries = Draft(view, status), view.redis.deliveries
    over = status.phase is not None and status.phase.terminal
    if over and view.redis.verdict is None and _is_settled(view):
        # Redis has forgotten the session, as it does in time.
        return draft
    if deliveries.failed:
        return draft.false(ConditionType.DELIVERED, Reason.DELIVERY_FAILED, sentences.undelivered(deliveries))
    if over and view.redis.verdict is not None and not deliveries.pending:
        told = sentences.delivered(deliveries, view.redis.tickets)
        return draft.true(ConditionType.DELIVERED, Reason.ALL_DELIVERED, told)
    until = given_up_at(view)
    if until is not None and view.now >= until:
        return draft.unknown(ConditionType.DELIVERED, Reason.DELIVERY_UNCONFIRMED, sentences.UNCONFIRMED)
    return draft.unknown(ConditionType.DELIVERED, Reason.DELIVERING, sentences.DELIVERING)


def _report_again(view: View, told: Draft) -> tuple[WriteReport, ...]:
    """Bring the CrawlReport up to date where the condition changes after it was written."""
    before = view.condition(ConditionType.DELIVERED)
    if (
        view.redis.digest is None
        or view.status.report_ref is None
        or before is None
        or before == told.condition(ConditionType.DELIVERED)
    ):
        return ()
    return (WriteReport(reported(view.redis.digest, view.redis)),)


def _is_settled(view: View) -> bool:
    told = view.condition(ConditionType.DELIVERED)
    return told is not None and told.status is not ConditionStatus.UNKNOWN

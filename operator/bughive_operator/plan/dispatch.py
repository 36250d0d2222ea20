"""Rule ``dispatch``: see an attempt that is under way through to its worker, and tell how it does."""

from bughive_crds.crawl_session import Phase
from bughive_operator.actions import Action, Dispatch, Reopen, Send, SetSignal
from bughive_operator.plan import sentences
from bughive_operator.plan.attempt import accept
from bughive_operator.plan.draft import Draft, patch
from bughive_operator.plan.progress import advanced, analysis, bugs, progress
from bughive_operator.plan.view import Turn, View
from bughive_operator.reasons import ConditionType, Reason
from bughive_protocol.lease import Signal


def dispatch(view: View) -> tuple[Action, ...] | None:
    """Repair what a crash left undone, send a lost message again, show the worker's progress."""
    match view.turn:
        case Turn.UNDISPATCHED:
            return (Dispatch(view.status.attempt),)
        case Turn.WAITING:
            return (*_go_on(view), *patch(view, _waiting(view)), *_resend(view))
        case Turn.HELD:
            return (*_go_on(view), *patch(view, _running(view)), *_reopen(view), *_resend(view))
        case Turn.LAPSING:
            return ()
        case _:
            return None


def resend_in(view: View) -> float:
    """Seconds until the message is to be sent (again); 0 or less: now."""
    if view.redis.sent_ago is None:
        return 0.0
    return view.policy.resend_wait(view.redis.sends) - view.redis.sent_ago


def _resend(view: View) -> tuple[Send, ...]:
    """Send what nobody has taken for too long: the message may be lost."""
    vacant = view.vacant_shards
    return (Send(view.status.attempt, vacant),) if vacant and resend_in(view) <= 0 else ()


def _reopen(view: View) -> tuple[Reopen | Send, ...]:
    """Look for other workers for the shards that were left, while the rest of the session goes on."""
    deserted, attempt = view.deserted_shards, view.status.attempt
    return (Reopen(attempt, deserted), Send(attempt, deserted)) if deserted else ()


def _go_on(view: View) -> tuple[SetSignal, ...]:
    """A suspension that was taken back before the worker had stopped."""
    return (SetSignal(view.status.attempt, Signal.RUN),) if view.redis.signal is Signal.SUSPEND else ()


def _waiting(view: View) -> Draft:
    message = sentences.queued(view, view.status.attempt)
    reason = Reason.NO_WORKER if view.redis.sends > 1 else Reason.WAITING_FOR_WORKER
    return _unsuspended(accept(view).say(message).true(ConditionType.DISPATCHED, reason, message))


def _running(view: View) -> Draft:
    worker, attempt = sentences.holders(view), view.status.attempt
    workers = tuple(sorted(lease.worker for lease in view.redis.leases if lease.expires_in > 0))
    shown, counts = progress(view), bugs(view)
    draft = accept(view).set(
        phase=Phase.RUNNING,
        worker=worker,
        workers=workers,
        started_at=view.status.started_at or view.redis.started_at or view.now,
        active_since=view.status.active_since or view.now,
        attempts_without_progress=0 if advanced(view) else view.status.attempts_without_progress,
        progress=shown,
        bugs=counts,
        analysis=analysis(view),
    )
    draft.true(ConditionType.DISPATCHED, Reason.TAKEN, f"A worker took attempt {attempt}.")
    draft.true(ConditionType.RUNNING, Reason.CRAWLING, f"{worker} is crawling (attempt {attempt}).")
    return _unsuspended(draft.say(sentences.crawling(shown, counts, view.redis.crowded)))


def _unsuspended(draft: Draft) -> Draft:
    if draft.has(ConditionType.SUSPENDED):
        draft.false(ConditionType.SUSPENDED, Reason.RESUMED, "spec.suspend is false.")
    return draft

"""One attempt's life in the status: how the next one begins, and how one that is over is put away."""

from datetime import timedelta

from bughive_crds.crawl_session import Phase
from bughive_operator.actions import Action, Dispatch
from bughive_operator.plan import sentences
from bughive_operator.plan.draft import Draft, patch
from bughive_operator.plan.progress import advanced, analysis, bugs, progress
from bughive_operator.plan.view import Turn, View
from bughive_operator.reasons import ConditionType, Reason
from bughive_protocol.lease import ReleaseReason
from bughive_protocol.messages import crawl_task_id

_FIRST_SHARD = 0
_BLAMELESS = (ReleaseReason.DRAIN, ReleaseReason.SUSPEND, ReleaseReason.CANCEL)
_LOSSES = (Reason.WORKER_LOST, Reason.POISON_SESSION)


def accept(view: View) -> Draft:
    """A draft that says the spec is understood."""
    return Draft(view).true(ConditionType.ACCEPTED, Reason.VALID, "The spec makes sense.")


def begin(view: View, draft: Draft) -> tuple[Action, ...]:
    """Hand the next attempt to the workers."""
    attempt = view.attempt + 1
    message = sentences.queued(view, attempt)
    draft.set(
        phase=Phase.QUEUED,
        attempt=attempt,
        task_id=crawl_task_id(view.resource.uid, attempt, _FIRST_SHARD),
        queued_at=view.now,
        retry_at=None,
        suspended_at=None,
        worker=None,
        workers=(),
        attempts_without_progress=draft.value("attempts_without_progress") + 1,
    )
    draft.say(message).true(ConditionType.DISPATCHED, Reason.WAITING_FOR_WORKER, message)
    if not draft.has(ConditionType.RUNNING):
        draft.false(ConditionType.RUNNING, Reason.NOT_STARTED, "No worker has begun yet.")
    if draft.has(ConditionType.SUSPENDED):
        draft.false(ConditionType.SUSPENDED, Reason.RESUMED, "spec.suspend is false.")
    return (*patch(view, draft), Dispatch(attempt))


def failed(view: View) -> bool:
    """Whether the attempt that is over counts against ``backoffLimit``."""
    if view.turn is Turn.LOST:
        return view.redis.verdict is None or view.redis.verdict.reason in _LOSSES
    return view.turn is Turn.RELEASED and _released(view) is ReleaseReason.ERROR


def close(view: View) -> Draft:
    """Put away the attempt that is over: its time, its count, its progress, and how it ended."""
    draft = accept(view)
    if view.turn is Turn.NONE:
        return draft
    emptied = view.turn in (Turn.EMPTIED, Turn.SUPERSEDED)
    draft.set(
        failures=view.status.failures + failed(view),
        attempts_without_progress=_without_progress(view),
        active_seconds=view.active_seconds,
        active_since=None,
        started_at=view.status.started_at or view.redis.started_at,
        progress=None if emptied else progress(view),
        bugs=None if emptied else bugs(view),
        analysis=analysis(view),
    )
    return draft.false(ConditionType.RUNNING, *_ending(view))


def retry_after(view: View, draft: Draft) -> timedelta:
    """How long the session waits after an error."""
    return timedelta(seconds=view.policy.backoff_wait(draft.value("failures")))


def _without_progress(view: View) -> int:
    if advanced(view):
        return 0
    blameless = view.turn not in (Turn.LOST, Turn.RELEASED) or _released(view) in _BLAMELESS
    return max(0, view.status.attempts_without_progress - blameless)


def _released(view: View) -> ReleaseReason | None:
    return view.redis.release.reason if view.redis.release else None


def _ending(view: View) -> tuple[Reason, str]:
    number, verdict = view.status.attempt, view.redis.verdict
    stopped = (Reason.STOPPED, f"Attempt {number} was stopped.")
    if verdict is not None and not verdict.cancelled:
        return Reason.STOPPED, f"Attempt {number} ran to the end."
    if view.turn is Turn.RELEASED:
        releases = {
            ReleaseReason.ERROR: (Reason.ATTEMPT_FAILED, f"Attempt {number} failed: {sentences.last_error(view)}"),
            ReleaseReason.SLICE: (Reason.SLICE_ENDED, f"Attempt {number} had its share of time and went back in line."),
            ReleaseReason.DRAIN: (Reason.WORKER_DRAINED, f"The worker of attempt {number} shut down and handed over."),
        }
        return releases.get(_released(view) or ReleaseReason.CANCEL, stopped)
    turns = {
        Turn.LOST: (Reason.WORKER_LOST, f"The worker of attempt {number} died or was cut off."),
        Turn.EMPTIED: (Reason.REDIS_EMPTIED, f"Redis lost its data in attempt {number}; the crawl begins anew."),
        Turn.SUPERSEDED: (Reason.SUPERSEDED, f"Redis knows of a newer attempt than {number}."),
    }
    return turns.get(view.turn, stopped)

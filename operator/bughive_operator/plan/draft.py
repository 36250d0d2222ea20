"""A draft of a status: the observed one, with changes."""

from typing import Any, Self

from bughive_crds.crawl_session import Condition, ConditionStatus, CrawlSessionStatus
from bughive_operator.actions import PatchStatus
from bughive_operator.plan.view import View
from bughive_operator.reasons import ConditionType, Reason

MAX_MESSAGE = 1024
_MINOR = ("progress", "bugs", "analysis", "message", "attempts_without_progress")


class Draft:
    """Collects changes to a session's status; conditions keep their order and their transition times."""

    def __init__(self, view: View, status: CrawlSessionStatus | None = None) -> None:
        """``status``: what was drafted before; by default the observed one."""
        before = view.status if status is None else status
        self._view = view
        self._fields: dict[str, Any] = dict(before)
        self._conditions = {condition.type: condition for condition in before.conditions}

    def set(self, **fields: Any) -> Self:  # noqa: ANN401 - the model checks them by name
        """Set fields by their Python names."""
        self._fields.update(fields)
        return self

    def say(self, message: str) -> Self:
        """Set the sentence that ``kubectl describe`` shows."""
        return self.set(message=_cut(message))

    def true(self, kind: ConditionType, reason: Reason, message: str) -> Self:
        """Let a condition hold."""
        return self._condition(kind, ConditionStatus.TRUE, reason, message)

    def false(self, kind: ConditionType, reason: Reason, message: str) -> Self:
        """Let a condition not hold."""
        return self._condition(kind, ConditionStatus.FALSE, reason, message)

    def unknown(self, kind: ConditionType, reason: Reason, message: str) -> Self:
        """Let a condition be undecided."""
        return self._condition(kind, ConditionStatus.UNKNOWN, reason, message)

    def _condition(self, kind: ConditionType, status: ConditionStatus, reason: Reason, message: str) -> Self:
        old = self._conditions.get(kind)
        new = Condition(
            type=kind,
            status=status,
            reason=reason,
            message=_cut(message),
            last_transition_time=old.last_transition_time if old and old.status is status else self._view.now,
            observed_generation=self._view.resource.generation,
        )
        if old is None or _said(old) != _said(new):
            self._conditions[kind] = new
        return self

    def value(self, field: str) -> Any:  # noqa: ANN401 - one of the model's fields
        """A field as it is drafted so far, by its Python name."""
        return self._fields[field]

    def condition(self, kind: ConditionType) -> Condition | None:
        """The condition of this type as it is drafted so far."""
        return self._conditions.get(kind)

    def has(self, kind: ConditionType) -> bool:
        """Whether there is a condition of this type."""
        return kind in self._conditions

    def status(self) -> CrawlSessionStatus:
        """The status that was drafted."""
        return CrawlSessionStatus.model_validate({**self._fields, "conditions": tuple(self._conditions.values())})


def patch(view: View, draft: Draft | CrawlSessionStatus) -> tuple[PatchStatus, ...]:
    """The patch that makes the resource's status this one; none where it is so already."""
    drafted = draft.status() if isinstance(draft, Draft) else draft
    after = drafted.model_copy(update={"observed_generation": view.resource.generation})
    if after == view.status:
        return ()
    return (PatchStatus(after, transition=_core(view.status) != _core(after)),)


def _core(status: CrawlSessionStatus) -> tuple[object, ...]:
    fields = status.model_dump(exclude={"conditions", *_MINOR})
    return (fields, [(c.type, c.status, c.reason) for c in status.conditions])


def _said(condition: Condition) -> tuple[ConditionStatus, str, str]:
    return (condition.status, condition.reason, condition.message)


def _cut(message: str) -> str:
    return message if len(message) <= MAX_MESSAGE else message[: MAX_MESSAGE - 1] + "…"

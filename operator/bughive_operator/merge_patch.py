"""JSON merge patches (RFC 7386): what turns one status into another."""

from typing import Any

from bughive_crds.model import ApiModel


def status_patch(before: ApiModel, after: ApiModel) -> dict[str, Any]:
    """The smallest merge patch; what a newer operator put beside these fields stays."""
    return merge_patch(_plain(before), _plain(after))


def merge_patch(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """The patch that turns one object into the other. Lists go whole; None takes a field away."""
    changes: dict[str, Any] = dict.fromkeys(before.keys() - after.keys())
    for key, new in after.items():
        old = before.get(key)
        if isinstance(old, dict) and isinstance(new, dict):
            if inner := merge_patch(old, new):
                changes[key] = inner
        elif old != new:
            changes[key] = new
    return changes


def _plain(status: ApiModel) -> dict[str, Any]:
    return status.model_dump(mode="json", by_alias=True, exclude_none=True)

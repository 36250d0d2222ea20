"""Lets models share what they have in common, which saves 90 MiB with 10,000 sessions."""

from typing import TypeVar

from pydantic import BaseModel

_Model = TypeVar("_Model", bound=BaseModel)

MOST_PARTS = 10_000
"""So many different parts are known at most; then those that come are shared among themselves."""

_field_sets: dict[frozenset[str], set[str]] = {}
_parts: dict[tuple[type[BaseModel], frozenset[str], str], BaseModel] = {}


def share_field_sets(model: _Model) -> _Model:
    """Let this frozen model, and those in it, hold one set of names with all that have the same fields set.

    pydantic gives each model a set of its own, 728 bytes for a condition. It copies the set before it changes it.
    """
    names = frozenset(model.model_fields_set)
    object.__setattr__(model, "__pydantic_fields_set__", _field_sets.setdefault(names, set(names)))
    for value in model.__dict__.values():
        for part in value if isinstance(value, tuple) else (value,):
            if isinstance(part, BaseModel):
                share_field_sets(part)
    return model


def share_parts(model: _Model) -> _Model:
    """Let this frozen model hold one object with all that have an equal part in its place.

    For parts that are mostly alike, such as a spec's with all its defaults; they are compared by their JSON.
    """
    for name, value in model.__dict__.items():
        if isinstance(value, BaseModel):
            if len(_parts) >= MOST_PARTS:
                _parts.clear()
            key = (type(value), frozenset(value.model_fields_set), value.model_dump_json())
            model.__dict__[name] = _parts.setdefault(key, value)
    return model

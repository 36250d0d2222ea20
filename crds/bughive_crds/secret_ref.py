"""A reference to a Secret of the session's own namespace, and which of them a spec names."""

from collections.abc import Iterable, Iterator
from typing import Annotated

from pydantic import StringConstraints

from bughive_crds.model import ApiModel, Matching

SecretName = Annotated[
    str,
    StringConstraints(max_length=253),
    Matching(
        r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?",
        "must be the name of a Secret in the session's own namespace, such as shop-login",
    ),
]


class SecretRef(ApiModel):
    """A Secret in the session's own namespace.

    The operator reads it only where a RoleBinding to the ClusterRole `bughive-credentials` lets it.
    """

    name: SecretName
    """The Secret's name. There is no field for a namespace: it is the session's own."""


def secret_names(part: ApiModel) -> frozenset[str]:
    """The names of all Secrets that a spec, or a part of one, names: in whichever field a ``SecretRef`` stands."""
    return frozenset(ref.name for ref in _refs(part))


def _refs(value: object) -> Iterator[SecretRef]:
    if isinstance(value, SecretRef):
        yield value
    elif isinstance(value, ApiModel):
        yield from _each(getattr(value, field) for field in type(value).model_fields)
    elif isinstance(value, tuple):
        yield from _each(value)


def _each(values: Iterable[object]) -> Iterator[SecretRef]:
    for value in values:
        yield from _refs(value)

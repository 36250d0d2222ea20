"""What is known of one session at one moment: the resource, Redis, and the room there is."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Protocol, TypeVar

from pydantic import ValidationError

from bughive_crds.crawl_session import CrawlSessionSpec, CrawlSessionStatus
from bughive_crds.model import ApiModel
from bughive_operator.quota import Hold
from bughive_operator.reasons import Reason
from bughive_operator.sharing import share_field_sets, share_parts
from bughive_protocol.control import SessionSnapshot

_Model = TypeVar("_Model", bound=ApiModel)


class Named(Protocol):
    """A resource of ours, of whatever kind: how the API server knows it."""

    kind: ClassVar[str]
    plural: ClassVar[str]

    @property
    def uid(self) -> str:
        """Of this very object, not of a later one of its name."""
        ...

    @property
    def namespace(self) -> str:
        """Where it is."""
        ...

    @property
    def name(self) -> str:
        """What it is called there."""
        ...

    @property
    def resource_version(self) -> str:
        """When it was observed."""
        ...


@dataclass(frozen=True)
class Resource:
    """A CrawlSession as the API server has it."""

    kind: ClassVar[str] = "CrawlSession"
    plural: ClassVar[str] = "crawlsessions"

    uid: str
    namespace: str
    name: str
    generation: int
    resource_version: str
    created_at: datetime
    deleting: bool
    """Whether a deletion has begun and only other parties' finalizers hold it up."""
    spec: CrawlSessionSpec | None
    """None: this operator does not understand it; ``spec_error`` says why."""
    spec_error: str
    status: CrawlSessionStatus
    controller: str = ""
    """The uid of the CrawlSchedule that started it; empty: none did."""

    @classmethod
    def parse(cls, body: Mapping[str, Any], known: "Resource | None" = None) -> "Resource":
        """Read a resource's JSON. A spec that makes no sense is kept as ``spec_error``, for the user to see.

        ``known``: the same resource as it was seen before; with each change of its spec its generation rises.
        """
        metadata = body["metadata"]
        if known is not None and known.generation == metadata["generation"]:
            spec, spec_error = known.spec, known.spec_error
        else:
            spec, spec_error = read_spec(CrawlSessionSpec, body.get("spec") or {})
            spec = spec and share_field_sets(share_parts(spec))
        return cls(
            uid=metadata["uid"],
            namespace=metadata["namespace"],
            name=metadata["name"],
            generation=metadata["generation"],
            resource_version=metadata["resourceVersion"],
            created_at=datetime.fromisoformat(metadata["creationTimestamp"]),
            deleting="deletionTimestamp" in metadata,
            spec=spec,
            spec_error=spec_error,
            status=share_field_sets(read_status(CrawlSessionStatus, body.get("status") or {})),
            controller=_controller(metadata),
        )


@dataclass(frozen=True)
class Standing:
    """Whether there is room for this session."""

    granted: bool
    """Whether the session may be dispatched now."""
    place: int
    """The session's place in line; 1 is next."""
    hold: Hold | None = None
    """Which quota is in its way; None: none, but perhaps others that go first."""


@dataclass(frozen=True)
class Withheld:
    """Why a session's Secrets cannot be had, so that it cannot be dispatched."""

    reason: Reason
    message: str
    """What to do."""
    until: datetime
    """When to look again."""


@dataclass(frozen=True)
class Observation:
    """All that ``plan`` looks at, besides the time."""

    uid: str
    resource: Resource | None
    """None: deleted."""
    redis: SessionSnapshot | None
    """None: Redis cannot be reached."""
    redis_steady: float
    """For how many seconds Redis has answered without a break."""
    standing: Standing
    withheld: Withheld | None = None
    """None: it names no Secret, or they can be had, or it is not about to be dispatched."""


def read_spec(model: type[_Model], data: Mapping[str, Any]) -> tuple[_Model | None, str]:
    """Read a spec; where it makes no sense, say what is wrong with it."""
    try:
        return model.model_validate(data), ""
    except ValidationError as error:
        problems = (f"{'.'.join(map(str, ('spec', *e['loc'])))}: {e['msg']}" for e in error.errors())
        return None, "; ".join(problems)


def read_status(model: type[_Model], data: Mapping[str, Any]) -> _Model:
    """Read a status. What a newer operator wrote and this one does not know is left out, not refused."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        known = deepcopy(dict(data))
        for unknown in (e["loc"] for e in error.errors() if e["type"] == "extra_forbidden"):
            part: Any = known
            for step in unknown[:-1]:
                part = part[step]
            del part[unknown[-1]]
        return model.model_validate(known)


def _controller(metadata: Mapping[str, Any]) -> str:
    owners = metadata.get("ownerReferences", ())
    return next((owner["uid"] for owner in owners if owner.get("controller") and owner["kind"] == "CrawlSchedule"), "")

"""Pictures of findings and of pages: as the browser gave them, and as they are kept."""

import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, ValidationError

from bughive_protocol.errors import PictureUnreadable
from bughive_protocol.finding import Box

_PAGE = "page-"


def page_subject(url: str) -> str:
    """What the picture of a whole page goes by, where that of a finding goes by its fingerprint: an id, no address."""
    return f"{_PAGE}{hashlib.sha256(url.encode()).hexdigest()[:32]}"


def is_page_subject(subject: str) -> bool:
    """Whether a picture is of a whole page."""
    return subject.startswith(_PAGE)


class PutPicture(StrEnum):
    """What became of a capture that was to be kept."""

    KEPT = "kept"
    """It waits for its upload."""
    KNOWN = "known"
    """What it shows has one already."""
    NO_ROOM = "noRoom"
    """Too many of the session wait for their upload."""
    FULL = "full"
    """Too many of all sessions together do."""


class Crowded(StrEnum):
    """Why a session's pictures find no room, as its state says it."""

    SESSION = "session"
    """Too many of its own wait for their upload."""
    ALL = "all"
    """Too many of all sessions together do."""


class _Head(BaseModel):
    places: tuple[Box, ...]


@dataclass(frozen=True)
class Capture:
    """What the window showed of a finding or a page, with its private parts blacked out already."""

    jpeg: bytes
    places: tuple[Box, ...] = ()
    """The elements that show the bug, in pixels of the picture."""

    def pack(self) -> bytes:
        """As it waits for its upload: a line of JSON, then the JPEG."""
        head = json.dumps({"places": [place.model_dump() for place in self.places]})
        return head.encode() + b"\n" + self.jpeg

    @classmethod
    def unpack(cls, packed: bytes) -> "Capture":
        """Read what ``pack`` made.

        Raises:
            PictureUnreadable: it is something else.
        """
        head, _, jpeg = packed.partition(b"\n")
        try:
            return cls(jpeg, _Head.model_validate_json(head).places)
        except ValidationError as error:
            raise PictureUnreadable("a picture in Redis is not as this version packs it; crawl again") from error


class KeptPicture(BaseModel):
    """A picture in the artifact store."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    name: str
    """Beside the session's report: ``pictures/`` and the digest of its content."""
    url: str
    """Where people find it."""
    width: int
    height: int
    """In pixels."""
    size: int
    """In bytes."""

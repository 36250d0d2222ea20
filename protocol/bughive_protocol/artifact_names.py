"""What a report's files are called in the artifact store: ``{namespace}/{session id}/report.html``."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

CONTENT_TYPES: Mapping[str, str] = {
    "report.html": "text/html; charset=utf-8",
    "report.json": "application/json",
    "report.sarif": "application/sarif+json",
    "report.junit.xml": "application/xml",
}
"""A report's files and their types; besides them there are its pictures, and perhaps ``KEPT``."""

FORMATS: Mapping[str, str] = {
    "html": "report.html",
    "json": "report.json",
    "sarif": "report.sarif",
    "junit": "report.junit.xml",
}
"""What the command line calls these files."""

PICTURE_TYPE = "image/webp"

KEPT = "kept.txt"
"""Beside a report of a session with ``artifacts.keep``: while this file is there, BugHive never removes the report."""
KEPT_TYPE = "text/plain; charset=utf-8"


def picture_name(content: bytes) -> str:
    """What a report's picture is called: the same content has one name, and a name one content."""
    return f"pictures/{hashlib.sha256(content).hexdigest()}.webp"


def is_picture(name: str) -> bool:
    """Whether this is what a report's picture may be called."""
    return _PICTURE.fullmatch(name) is not None


REPORTS_PATH = "/reports"
"""Where the operator serves reports: ``/reports/{namespace}/{session id}/report.html``."""

# No dot and no slash in either: whatever a path says, it stays in its store.
_NAMESPACE = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_PICTURE = re.compile(r"pictures/[0-9a-f]{64}\.webp")
_SESSION_ID = re.compile(r"[0-9A-Za-z](?:[0-9A-Za-z-]{0,61}[0-9A-Za-z])?")


@dataclass(frozen=True)
class ReportFile:
    """One file of one session's report."""

    namespace: str
    session_id: str
    name: str

    @property
    def key(self) -> str:
        """Where it is, below the store's URL."""
        return f"{report_folder(self.namespace, self.session_id)}/{self.name}"

    @property
    def content_type(self) -> str:
        """Its media type."""
        return KEPT_TYPE if self.name == KEPT else CONTENT_TYPES.get(self.name, PICTURE_TYPE)


def report_folder(namespace: str, session_id: str) -> str:
    """Where a session's report is. Namespaces keep sessions of the same name apart, uids those of one namespace."""
    return f"{namespace}/{session_id}"


HISTORY_FOLDER = "_history"
"""What is known of sites' bugs: no namespace begins with an underscore."""


def history_key(namespace: str, site: str) -> str:
    """Where what is known of a site's bugs is kept.

    Args:
        namespace: the sessions' namespace.
        site: host, with the port where it is not the scheme's own.
    """
    return f"{HISTORY_FOLDER}/{namespace}/{re.sub(r'[^a-z0-9.-]', '_', site.lower())}.json"


def parse_report_key(key: str) -> ReportFile | None:
    """The file that a key names; None: it is no report's file."""
    namespace, _, rest = key.partition("/")
    session_id, _, name = rest.partition("/")
    if not (_NAMESPACE.fullmatch(namespace) and _SESSION_ID.fullmatch(session_id)):
        return None
    if name in CONTENT_TYPES or name == KEPT or is_picture(name):
        return ReportFile(namespace, session_id, name)
    return None

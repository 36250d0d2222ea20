"""The error tree. Each error says whether trying again can help.

BugHiveError
├── TransientError          trying again later can help
│   ├── SiteUnreachable     the start page's host cannot be reached
│   ├── BrowserUnavailable  the browser does not start or keeps dying
│   └── ArtifactStoreUnavailable  reports cannot be kept or read; the message names the setting
├── PermanentError          trying again cannot help; the message tells what to change
│   ├── InvalidSpec         the session asks for something that makes no sense
│   ├── PictureUnreadable   what was taken for a picture is none
│   └── EgressRefused       the administrator's egress guard forbids the address
└── FenceLost               another attempt owns the session now; stop writing at once
"""


class BugHiveError(Exception):
    """The root of all errors that BugHive raises on purpose."""


class TransientError(BugHiveError):
    """Trying again later can help."""


class SiteUnreachable(TransientError):
    """The start page's host cannot be reached."""


class BrowserUnavailable(TransientError):
    """The browser does not start or keeps dying."""


class ArtifactStoreUnavailable(TransientError):
    """The artifact store is away or refuses us; the message names the setting. It may be back, or be repaired."""


class PermanentError(BugHiveError):
    """Trying again cannot help."""


class InvalidSpec(PermanentError):
    """The session asks for something that makes no sense."""


class PictureUnreadable(PermanentError):
    """What was taken for a picture is none."""


class EgressRefused(PermanentError):
    """The administrator's egress guard forbids the address."""


class FenceLost(BugHiveError):
    """A newer attempt or epoch owns the session: whoever sees this must stop writing."""

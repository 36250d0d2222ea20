"""The error tree. Each error says whether trying again can help.

BugHiveError
├── TransientError          trying again later can help
│   ├── SiteUnreachable     the start page's host cannot be reached
│   ├── BrowserUnavailable  the browser does not start or keeps dying
│   ├── CredentialsUnavailable  a Secret cannot be had now; the message tells what is missing
│   ├── ArtifactStoreUnavailable  reports cannot be kept or read; the message names the setting
│   └── IntegrationUnavailable  a service that a session tells of its bugs does not answer
│       └── IntegrationPaused  it wants to be left alone for some time
├── PermanentError          trying again cannot help; the message tells what to change
│   ├── InvalidSpec         the session asks for something that makes no sense
│   ├── LoginFailed         the site does not let us in
│   ├── CredentialsForbidden  the namespace does not let the operator read its Secrets; the message is the command
│   ├── IntegrationRefused  a service that a session tells of its bugs refuses us; the message tells what to mend
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


class CredentialsUnavailable(TransientError):
    """A Secret cannot be had now: it is not there, lacks a key, or no operator answers."""


class ArtifactStoreUnavailable(TransientError):
    """The artifact store is away or refuses us; the message names the setting. It may be back, or be repaired."""


class IntegrationUnavailable(TransientError):
    """A service that a session tells of its bugs, such as an issue tracker or a webhook, does not answer."""


class IntegrationPaused(IntegrationUnavailable):
    """The service wants to be left alone for ``seconds``."""

    def __init__(self, message: str, seconds: float = 0.0) -> None:  # a default, for Celery pickles errors
        super().__init__(message)
        self.seconds = seconds


class PermanentError(BugHiveError):
    """Trying again cannot help."""


class InvalidSpec(PermanentError):
    """The session asks for something that makes no sense."""


class LoginFailed(PermanentError):
    """The site does not let the session in; the message tells what was seen."""


class CredentialsForbidden(PermanentError):
    """The operator may not read this Secret for this session; the message tells which command lets it."""


class IntegrationRefused(PermanentError):
    """A service that a session tells of its bugs refuses us for good: the key, the place, or what we ask."""


class PictureUnreadable(PermanentError):
    """What was taken for a picture is none."""


class EgressRefused(PermanentError):
    """The administrator's egress guard forbids the address."""


class FenceLost(BugHiveError):
    """A newer attempt or epoch owns the session: whoever sees this must stop writing."""

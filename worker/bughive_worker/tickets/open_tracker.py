"""The trackers that a session's spec names, with their keys."""

from dataclasses import dataclass

from bughive_crds.tickets import GitHubSpec, LinearSpec
from bughive_protocol.ticket_record import TrackerName
from bughive_worker.net.outbound import Outbound
from bughive_worker.secret_source import SecretSource
from bughive_worker.settings import WorkerSettings
from bughive_worker.tickets.finished_session import FinishedSession
from bughive_worker.tickets.github import GitHubTracker
from bughive_worker.tickets.key import key_of_secret, key_of_workers
from bughive_worker.tickets.linear import LinearTracker
from bughive_worker.tickets.plan import Rules
from bughive_worker.tickets.tracker import Tracker


@dataclass(frozen=True)
class OpenedTracker:
    """A tracker that can be asked."""

    tracker: Tracker
    rules: Rules
    holder: str
    """Names its key; the tracker's limits are shared by all that have it."""


def tracker_spec(session: FinishedSession, name: TrackerName) -> LinearSpec | GitHubSpec | None:
    """What the session's spec says of this tracker; None: nothing."""
    tickets = session.spec.tickets
    if tickets is None:
        return None
    return tickets.linear if name is TrackerName.LINEAR else tickets.github


async def open_tracker(
    session: FinishedSession,
    spec: LinearSpec | GitHubSpec,
    settings: WorkerSettings,
    outbound: Outbound,
    secrets: SecretSource,
) -> OpenedTracker:
    """The tracker of this part of the session's spec.

    Raises:
        IntegrationRefused: there is no key, or it is none.
        CredentialsForbidden, CredentialsUnavailable: the key cannot be had.
    """
    rules = Rules(spec.min_severity, spec.max_tickets)
    name = spec.secret_ref.name if spec.secret_ref else ""
    values = await secrets.secret(session.id, name) if name else {}
    if isinstance(spec, GitHubSpec):
        key = key_of_secret(session.namespace, name, values, "token")
        return OpenedTracker(GitHubTracker(spec, key, outbound, settings.github_api_url), rules, key.holder)
    if name:
        key = key_of_secret(session.namespace, name, values, "api-key")
    else:
        key = key_of_workers(settings.linear_api_key, "LINEAR_API_KEY", "tickets.linear.secretRef")
    return OpenedTracker(LinearTracker(spec, key, outbound, settings.linear_api_url), rules, key.holder)

"""Who may have which Secret: a session, those that its own spec names, while there is work for it. Pure."""

from datetime import datetime, timedelta

from bughive_crds.auth import SECRET_KEYS
from bughive_crds.crawl_session import CrawlSessionSpec
from bughive_crds.secret_ref import secret_names
from bughive_operator.observation import Resource
from bughive_protocol.control import KEEP_SECONDS


def objection(resource: Resource | None, secret: str, now: datetime) -> str:
    """Why a session may not have a Secret; empty: it may."""
    if resource is None or resource.deleting:
        return "There is no such session any more."
    if resource.spec is None or secret not in secret_names(resource.spec):
        return f"The session's spec names no Secret {secret}."
    completed_at = resource.status.completed_at
    if completed_at is not None and now > completed_at + timedelta(seconds=KEEP_SECONDS):
        return "The session was over long ago."
    return ""


def needed_keys(spec: CrawlSessionSpec) -> dict[str, tuple[str, ...]]:
    """The Secrets without which there is no crawl, each with the keys that it must have.

    Without a webhook's or a tracker's, the crawl goes on; its deliveries tell what is missing.
    """
    return {} if spec.auth is None else {spec.auth.secret_ref.name: SECRET_KEYS[spec.auth.type]}

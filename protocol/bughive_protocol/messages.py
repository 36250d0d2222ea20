"""The tasks' names, routes and ids. A message carries ids only: never a spec, never a secret."""

from bughive_protocol.queues import CRAWL, DEFAULT, MEDIA, TICKETS

RUN_CRAWL_SESSION = "bughive.run_crawl_session"
SEND_WEBHOOK = "bughive.send_webhook"
UPLOAD_SCREENSHOT = "bughive.upload_screenshot"
OPEN_TICKETS = "bughive.open_tickets"
CREATE_LINEAR_TICKET = "bughive.create_linear_ticket"
CREATE_GITHUB_ISSUE = "bughive.create_github_issue"
CLEANUP_OLD_SESSIONS = "bughive.cleanup_old_sessions"
HEALTH = "bughive.health"

ROUTES = {
    RUN_CRAWL_SESSION: CRAWL,
    SEND_WEBHOOK: TICKETS,
    UPLOAD_SCREENSHOT: MEDIA,
    OPEN_TICKETS: TICKETS,
    CREATE_LINEAR_TICKET: TICKETS,
    CREATE_GITHUB_ISSUE: TICKETS,
    CLEANUP_OLD_SESSIONS: DEFAULT,
    HEALTH: DEFAULT,
}


def crawl_task_id(session_id: str, attempt: int, shard: int) -> str:
    """The Celery task id of one attempt's shard; the same for every copy of its message."""
    return f"{session_id}-{attempt}-{shard}"

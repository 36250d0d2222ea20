"""What a site says of the pace it is visited at. Pure."""

from datetime import datetime
from http import HTTPStatus

from bughive_worker.net.retry_after import parse_retry_after
from bughive_worker.observation import PageObservation


def throttled(observation: PageObservation) -> bool:
    """Whether the site answered "not now" rather than with the page."""
    if observation.status == HTTPStatus.TOO_MANY_REQUESTS:
        return True
    return observation.status == HTTPStatus.SERVICE_UNAVAILABLE and "retry-after" in observation.headers


def pause(observation: PageObservation, now: datetime) -> float | None:
    """Seconds that the site wants to be left alone; None where it does not say how long."""
    return parse_retry_after(observation.headers.get("retry-after"), now)

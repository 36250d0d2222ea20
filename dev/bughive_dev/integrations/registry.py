"""The integrations of the demo, listed."""

from bughive_dev.integrations.integration import Integration
from bughive_dev.integrations.linear import Linear
from bughive_dev.integrations.s3 import S3
from bughive_dev.integrations.webhook import Webhook


def integrations() -> tuple[Integration, ...]:
    """Each, not yet started."""
    return (Webhook(), Linear(), S3())

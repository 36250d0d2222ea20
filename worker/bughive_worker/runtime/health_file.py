"""The liveness file: the worker's own loop touches it every 5 s, so a blocked loop stops touching it.

Its age grows to 44 s while the broker is away for 40 s, for the loop stands still while Celery
reconnects. So a probe should allow 120 to 180 s.
"""

import time
from pathlib import Path

TOUCH_SECONDS = 5.0
"""How often the file is touched."""


def ailment(path: Path, max_age_seconds: float) -> str | None:
    """Why the worker that keeps this file is not alive; None: it is."""
    try:
        age = time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return f"{path} does not exist: the worker has not started, or BUGHIVE_HEALTH_FILE names another file"
    if age > max_age_seconds:
        return f"{path} was last touched {age:.0f} s ago, more than {max_age_seconds:.0f} s: the worker's loop is stuck"
    return None

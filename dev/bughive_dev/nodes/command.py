"""Short commands of the machine: ip, ctr, nsenter."""

import subprocess

from bughive_dev.errors import SetupError

SECONDS = 300.0


def run(*command: str) -> str:
    """Run a command and return what it prints.

    Raises:
        SetupError: it failed; the message has its own words.
    """
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    if done.returncode:
        raise SetupError(f"{' '.join(command)}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def succeeds(*command: str) -> bool:
    """Run a command that may fail; say whether it did not."""
    return not subprocess.run(command, capture_output=True, timeout=SECONDS, check=False).returncode

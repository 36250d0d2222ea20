"""Where Chromium is, and how it is told to run."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from bughive_protocol.errors import BrowserUnavailable

NAMES = ("chromium-headless-shell", "chrome-headless-shell", "chromium", "google-chrome")
"""Looked for on PATH, fastest first: headless-shell loads half as many pages again as chromium does."""

ARGUMENTS = (
    # With this value, and only with it, WebRTC sends no UDP past the proxy.
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-quic",
    "--no-first-run",
    "--no-pings",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-sync",
    "--disable-gpu",
    "--mute-audio",
    "--dns-prefetch-disable",
)
_INHERITED = ("PATH", "HOME", "TMPDIR", "TZ", "LANG", "LANGUAGE", "LD_LIBRARY_PATH")
_INHERITED_PREFIXES = ("LC_", "XDG_", "FONTCONFIG_")
_INSTALL = (
    "Install one, such as `apt-get install chromium-headless-shell` or `playwright install chromium-headless-shell`, "
    "or set BUGHIVE_CHROMIUM to its executable."
)


def browser_environment(own: Mapping[str, str]) -> dict[str, str]:
    """What the browser, which runs whatever a site sends, is told of a worker's environment: no key, no password."""
    return {name: value for name, value in own.items() if name in _INHERITED or name.startswith(_INHERITED_PREFIXES)}


def find_chromium(chosen: str, playwrights_own: str) -> str:
    """The executable to run: the chosen one, else the first of ``NAMES`` on PATH, else Playwright's own.

    Raises:
        BrowserUnavailable: there is none; the message says how to install one.
    """
    if chosen:
        found = shutil.which(chosen)
        if found is None:
            raise BrowserUnavailable(f"BUGHIVE_CHROMIUM names {chosen!r}, which cannot be run. {_INSTALL}")
        return found
    for name in NAMES:
        if found := shutil.which(name):
            return found
    if Path(playwrights_own).is_file():
        return playwrights_own
    raise BrowserUnavailable(f"No Chromium was found on PATH. {_INSTALL}")

"""Where things are: in this checkout, and in the cache that all checkouts of a user share."""

import os
from pathlib import Path

ROOT = Path(__file__).parents[2]
STATE = ROOT / ".dev"
CRDS = ROOT / "crds"
HYPERKUBE_MODULE = ROOT / "dev/hyperkube"


def cache_directory() -> Path:
    """$BUGHIVE_CACHE, or `bughive` in $XDG_CACHE_HOME, or ~/.cache/bughive: what is built once for all checkouts."""
    own = os.environ.get("BUGHIVE_CACHE")
    if own:
        return Path(own).absolute()
    shared = os.environ.get("XDG_CACHE_HOME")
    return (Path(shared).absolute() if shared else Path.home() / ".cache") / "bughive"

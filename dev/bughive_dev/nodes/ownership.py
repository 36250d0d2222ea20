"""Who has nodes on this machine: their addresses are fixed, so one cluster at a time."""

from pathlib import Path

from bughive_dev.errors import SetupError
from bughive_dev.nodes.cgroups import remove_cgroups
from bughive_dev.nodes.network import link_exists, remove_network
from bughive_dev.program import Record
from bughive_dev.waiting import wait_until

OWNER = Path("/run/bughive-nodes")
LOCK = Path("/run/bughive-nodes.lock")
WAITING = "another cluster with nodes is starting on this machine: waiting for it"
END_SECONDS = 30.0


def own(home: Path) -> None:
    """Take the machine's place for nodes, and clear away what a cluster that was killed left there.

    Raises:
        SetupError: another cluster with nodes runs.
    """
    owner = _owner()
    record = Record.read(owner) if owner else None
    if owner != home and record is not None and record.supervisor.alive:
        raise SetupError(
            f"a cluster with nodes runs on this machine already, and there can be one: its files are in {owner}. "
            "Run `make cluster-down` in its checkout"
        )
    _clear()
    OWNER.write_text(str(home))


def remove_leftovers(home: Path) -> None:
    """Remove links, routes and control groups of the cluster under `home`, whose processes were stopped."""
    if _owner() == home.resolve():
        _clear()
        OWNER.unlink()


def _clear() -> None:
    # Groups can go when the last process in them is gone, and with the nodes' last process goes the link.
    wait_until("the control groups of ended nodes are empty", remove_cgroups, END_SECONDS)
    remove_network()
    wait_until("the link to ended nodes is gone", lambda: not link_exists(), END_SECONDS)


def _owner() -> Path | None:
    return Path(OWNER.read_text()) if OWNER.exists() else None

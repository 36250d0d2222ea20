"""The control groups of nodes: one tree each, as a kubelet removes the groups of pods that it does not know."""

from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
PREFIX = "bughive-"
CONTROLLERS = "+cpu +cpuset +io +memory +pids"


def make_cgroups(node: str, root: Path = ROOT) -> None:
    """Make a node's groups, in each hierarchy of version 1 or in the one of version 2."""
    if (root / "cgroup.controllers").exists():
        group = root / f"{PREFIX}{node}"
        for parent in (root, group):
            parent.mkdir(exist_ok=True)
            (parent / "cgroup.subtree_control").write_text(CONTROLLERS)
        return
    for hierarchy in hierarchies(root):
        (hierarchy / f"{PREFIX}{node}").mkdir(exist_ok=True)


def cgroups(root: Path = ROOT) -> list[Path]:
    """All groups of all nodes, the deepest first."""
    tops = [top for hierarchy in (root, *hierarchies(root)) for top in hierarchy.glob(f"{PREFIX}*")]
    found = [group for top in tops for group in (top, *(path for path in top.rglob("*") if path.is_dir()))]
    return sorted(found, key=lambda path: len(path.parts), reverse=True)


def remove_cgroups() -> bool:
    """Remove what is empty, and say whether nothing is left: the last processes take a moment to go."""
    for group in cgroups():
        try:
            group.rmdir()
        except OSError:
            continue
    return not cgroups()


def hierarchies(root: Path) -> list[Path]:
    """The hierarchies of version 1; some are there under two names."""
    return sorted({path.resolve() for path in root.iterdir() if (path / "cgroup.procs").exists()} - _groups(root))


def _groups(root: Path) -> set[Path]:
    """In version 2 the directories are no hierarchies."""
    return {path.resolve() for path in root.iterdir()} if (root / "cgroup.controllers").exists() else set()

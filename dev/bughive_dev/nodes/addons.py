"""What pods expect of a cluster: names (CoreDNS), measured use (metrics-server), storage."""

from pathlib import Path

from bughive_dev.cache import cached
from bughive_dev.checkout import ROOT, cache_directory
from bughive_dev.go_module import GoModule
from bughive_dev.hyperkube import cache_key, hyperkube
from bughive_dev.image_archive import Image, write_archive
from bughive_dev.nodes.containerd import PAUSE_IMAGE

MANIFESTS = Path(__file__).parent / "manifests"
METRICS_SERVER = GoModule(
    name="metrics-server",
    title="metrics-server",
    path=ROOT / "dev/metrics-server",
    sources=("go.mod", "go.sum"),
    version_of="sigs.k8s.io/metrics-server",
    takes="about 3 minutes on two cores",
    package="sigs.k8s.io/metrics-server/cmd/metrics-server",
)
PAUSE = GoModule(
    name="pause",
    title="pause",
    path=ROOT / "dev/pause",
    sources=("go.mod", "main.go"),
    takes="seconds",
)


def pause_archive() -> Path:
    """The image that holds a pod's namespaces."""
    return _archive(PAUSE_IMAGE, f"pause-{PAUSE.cache_key}", PAUSE.binary())


def addon_archives() -> tuple[Path, ...]:
    """The images of CoreDNS, which is in hyperkube, and metrics-server."""
    return (
        _archive("localhost/coredns:1", f"coredns-{cache_key()}", hyperkube()),
        _archive("localhost/metrics-server:1", f"metrics-server-{METRICS_SERVER.cache_key}", METRICS_SERVER.binary()),
    )


def _archive(name: str, entry: str, binary: Path) -> Path:
    program = "/" + name.partition("/")[2].partition(":")[0]
    image = Image(name=name, files={program: binary}, entrypoint=(program,))
    return cached(cache_directory() / f"archives/{entry}.tar", lambda target: write_archive(target, image))

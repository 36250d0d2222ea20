"""Faults on a whole installation: ``make test-faults``. README.md says which fault is where."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from fixtures.network import Network

from bughive_dev.cluster import Cluster
from bughive_dev.supervision import Supervision

from .history import History
from .installation import NAMESPACE, Installation
from .place import Place
from .recovery import Recovery

HERE = Path(__file__).parent
TABLE = pytest.StashKey[Recovery]()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    table = config.stash.get(TABLE, None)
    if table is not None and table.entries:
        table.write()
        table.show(terminalreporter)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent == HERE and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(300))


@pytest.fixture
def recovery(request: pytest.FixtureRequest) -> Recovery:
    return request.config.stash.setdefault(TABLE, Recovery())


@pytest.fixture(scope="session")
def installation(
    cluster: Cluster, chromium: str, _redis_installed: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """One installation for all faults: each mends what it broke."""
    cluster.kubectl("create", "namespace", NAMESPACE)
    network = Network()
    with Supervision(tmp_path_factory.mktemp("faults")) as supervision:
        installation = Installation(cluster, supervision, network, chromium)
        installation.start()
        yield installation
        installation.keeper.close()
        supervision.stop()
        assert installation.strays() == []
        installation.close()
    network.close()


@pytest.fixture(scope="session")
def history(cluster: Cluster) -> Iterator[History]:
    history = History(str(cluster.kubeconfig))
    yield history
    history.close()


@pytest.fixture
def place(installation: Installation, history: History) -> Iterator[Place]:
    """A namespace of the test's own. At its end all is well again, nothing is left, and what was reached has stayed."""
    namespace = f"fault-{uuid.uuid4().hex[:12]}"
    installation.cluster.kubectl("create", "namespace", namespace)
    place = Place(installation, namespace)
    yield place
    installation.settled()
    history.check(namespace)
    uids = [item["metadata"]["uid"] for item in place.items()]
    installation.cluster.kubectl("delete", "crawlsessions", "-n", namespace, "--all", "--wait=false")
    keys = installation.keys
    installation.wait(
        "the operator removes what Redis has of the sessions",
        lambda: not any(installation.redis.exists(*keys.session(uid).all()) for uid in uids),
        30,
    )
    installation.cluster.kubectl("delete", "namespace", namespace, "--wait=false")

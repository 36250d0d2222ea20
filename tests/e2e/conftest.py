"""BugHive installed by Helm on a real cluster, and what its users and administrators do there.

By default a cluster of two nodes is made on this machine, and the images of ``make images`` are loaded into it.
With ``E2E_KUBECONFIG`` the tests use that cluster instead: the images have to be there (``make kind-up``).
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from .kube import RESTRICTED, Kube
from .loaded_cluster import loaded_cluster
from .release import Release
from .shop import serve_shop


@contextmanager
def _kubeconfig(home: Path) -> Iterator[Path]:
    given = os.environ.get("E2E_KUBECONFIG")
    if given:
        yield Path(given).resolve()
        return
    with loaded_cluster(home / "cluster") as kubeconfig:
        yield kubeconfig


@pytest.fixture(scope="session")
def kube(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kube]:
    home = tmp_path_factory.mktemp("e2e")
    with _kubeconfig(home) as kubeconfig:
        yield Kube(kubeconfig, home)


@pytest.fixture(scope="session")
def shop(kube: Kube) -> str:
    """The URL of the demo shop in the cluster."""
    return serve_shop(kube)


@pytest.fixture(scope="session")
def release(kube: Kube, shop: str) -> Release:
    """BugHive as `helm install --wait` leaves it, in a namespace that takes `restricted` pods only."""
    kube.apply(RESTRICTED)
    release = Release(kube, shop)
    release.upgrade()
    return release


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A cluster, and what runs on it, takes longer than what other tests wait for."""
    for item in items:
        item.add_marker(pytest.mark.timeout(900))

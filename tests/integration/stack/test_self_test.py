"""What ``helm test`` runs, on this machine's own installation."""

import subprocess
import sys

import pytest

from bughive_dev.ports import free_ports

pytestmark = pytest.mark.timeout(120)


def self_test(installation, url: str, port: int, seconds: int) -> subprocess.CompletedProcess:
    environment = {
        "KUBECONFIG": str(installation.cluster.kubeconfig),
        "SELF_TEST_NAMESPACE": installation.namespace,
        "SELF_TEST_URL": url,
        "SELF_TEST_PORT": str(port),
        "SELF_TEST_SECONDS": str(seconds),
    }
    command = [sys.executable, "-m", "bughive_operator.self_test"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=100, check=False)


def test_the_self_test_crawls_its_page_and_leaves_nothing(installation) -> None:
    (port,) = free_ports(1)

    done = self_test(installation, f"http://127.0.0.1:{port}/", port, 60)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "Crawled 2 pages and found" in done.stdout
    assert installation.kubectl("get", "crawlsessions", "-o", "name") == ""


def test_the_self_test_fails_where_workers_cannot_reach_its_page(installation) -> None:
    port, closed = free_ports(2)

    done = self_test(installation, f"http://127.0.0.1:{closed}/", port, 5)

    assert done.returncode == 1
    assert done.stderr.startswith("FAILED: after 5 s the session is ")

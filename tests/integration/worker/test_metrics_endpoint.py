"""What Prometheus reads from a worker, with the real crawl: over its children, and over their deaths."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from fixtures.scraping import scraped
from fixtures.small_site import small_site

from bughive_crds.crawl_session import BrowserSpec, CrawlSessionSpec
from bughive_dev.ports import free_ports
from bughive_protocol.control import DispatchOrder
from bughive_protocol.queues import CRAWL

COMMAND = [str(Path(sys.executable).with_name("bughive-worker")), "--queues", "crawl", "--concurrency", "1"]
PAGES = 'bughive_worker_pages_total{end="Loaded"}'
LASTING = ("_total", "_count", "_sum", "_bucket")
SERVER = "bughive_worker.metrics_server.server"


class Counted:
    """A worker that serves its metrics, and those that it serves."""

    def __init__(self, lab, log: Path, **environment: str) -> None:
        self.lab = lab
        self.endpoint = f"http://127.0.0.1:{free_ports(1)[0]}/metrics"
        own = {
            "METRICS_ENDPOINT": self.endpoint,
            "BUGHIVE_EGRESS_ALLOW_CIDRS": "127.0.0.0/8",
            "TMPDIR": str(log.parent),
        }
        with log.open("wb") as sink:
            self.process = subprocess.Popen(
                COMMAND,
                env=lab.environment(**own, **environment),
                stderr=sink,
                stdout=sink,
                start_new_session=True,
            )
        self.log = log

    def metrics(self) -> dict[str, float]:
        try:
            return scraped(self.endpoint)
        except OSError:
            return {}

    def wait(self, series: str, value: float, seconds: float = 30) -> dict[str, float]:
        seen: dict[str, float] = {}

        def there() -> bool:
            nonlocal seen
            seen = self.metrics()
            return seen.get(series) == value

        self.lab.wait(f"{series} is {value}", there, seconds)
        return seen

    def crawl(self, name: str, url: str) -> None:
        spec = CrawlSessionSpec(url=url, browser=BrowserSpec(requests_per_second=100))
        assert self.lab.control(
            lambda control: control.dispatch(
                DispatchOrder(name, "shop", name, 1, 1, spec.model_dump_json(by_alias=True))
            )
        )
        self.lab.send(name)

    def family(self) -> tuple[list[psutil.Process], psutil.Process]:
        """The prefork children, and the process that serves the metrics."""
        children = psutil.Process(self.process.pid).children()
        server = next(child for child in children if SERVER in child.cmdline())
        return [child for child in children if child != server], server

    def end(self) -> None:
        if self.process.poll() is None:
            family = psutil.Process(self.process.pid).children(recursive=True)
            for process in [psutil.Process(self.process.pid), *family]:
                process.kill()
            self.process.wait(10)
            psutil.wait_procs(family, timeout=10)


@pytest.fixture
def worker(lab, tmp_path: Path) -> Iterator[Counted]:
    worker = Counted(lab, tmp_path / "counted.log")
    yield worker
    worker.end()


@pytest.fixture
def site() -> Iterator[str]:
    with small_site() as url:
        yield url


def test_a_session_is_counted_and_no_death_takes_anything_back(lab, worker, site: str, tmp_path: Path) -> None:
    worker.crawl("first", site)
    lab.wait("the verdict", lambda: lab.observe("first").verdict, 60)
    told = worker.wait('bughive_worker_tasks_total{outcome="success",task="bughive.run_crawl_session"}', 1)
    assert told[PAGES] == 3, worker.log.read_text()[-2000:]
    assert told['bughive_worker_turns_total{end="Finished"}'] == 1
    assert told["bughive_worker_page_duration_seconds_count"] == 3
    assert told['bughive_worker_findings_total{kind="uncaught-exception",severity="High"}'] >= 1
    assert told["bughive_worker_sessions"] == 0
    assert told["bughive_worker_processes"] == 1
    assert psutil.Process(worker.process.pid).num_threads() == 1

    (child,), _ = worker.family()
    child.send_signal(signal.SIGKILL)
    lab.wait("another child", lambda: [one.pid for one in worker.family()[0]] not in ([], [child.pid]), 30)
    after = worker.metrics()
    lasting = [series for series in told if series.partition("{")[0].endswith(LASTING)]
    assert len(lasting) > 30
    assert {series: after.get(series) for series in lasting if after.get(series, 0) < told[series]} == {}

    worker.crawl("second", site)
    worker.wait(PAGES, 6, 60)
    worker.process.send_signal(signal.SIGTERM)
    assert worker.process.wait(40) == 0
    assert list(tmp_path.glob("bughive-metrics-*")) == []


def test_children_that_are_replaced_leave_no_files(lab, worker, tmp_path: Path) -> None:
    worker.wait("bughive_worker_processes", 1)
    dropped = 'bughive_worker_messages_dropped_total{lease="STALE"}'
    for _ in range(2 * CRAWL.max_tasks_per_child):
        lab.send("unknown")
    worker.wait(dropped, 2 * CRAWL.max_tasks_per_child, 60)
    worker.wait("bughive_worker_processes", 1)
    (folder,) = tmp_path.glob("bughive-metrics-*")
    alive = {str(process.pid) for process in worker.family()[0]} | {str(worker.process.pid), "0"}
    assert {file.stem.rpartition("_")[2] for file in folder.glob("*.db")} <= alive
    assert worker.metrics()[dropped] == 2 * CRAWL.max_tasks_per_child


def test_a_session_whose_child_is_killed_is_no_longer_shown_as_crawled(worker) -> None:
    worker.wait("bughive_worker_processes", 1)
    with small_site(slow=True) as url:
        worker.crawl("slow", url)
        worker.wait("bughive_worker_sessions", 1)
        (child,), _ = worker.family()
        child.kill()
        told = worker.wait("bughive_worker_sessions", 0)
        assert told["bughive_worker_processes"] <= 1
        worker.wait('bughive_worker_tasks_total{outcome="killed",task="bughive.run_crawl_session"}', 1)


def test_the_server_ends_with_a_worker_that_is_killed_and_removes_its_folder(lab, worker, tmp_path: Path) -> None:
    worker.wait("bughive_worker_processes", 1)
    _, server = worker.family()
    assert len(list(tmp_path.glob("bughive-metrics-*"))) == 1
    worker.process.kill()
    lab.wait("the server is gone", lambda: not server.is_running())
    assert list(tmp_path.glob("bughive-metrics-*")) == []


def test_an_endpoint_that_is_taken_ends_the_start_and_is_named(lab, worker) -> None:
    worker.wait("bughive_worker_processes", 1)
    other = lab.environment(METRICS_ENDPOINT=worker.endpoint)
    run = subprocess.run(COMMAND, env=other, capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 1
    assert f"METRICS_ENDPOINT: {worker.endpoint} cannot be listened on" in run.stderr


def test_a_folder_that_cannot_be_written_ends_the_start_and_is_named(lab, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    wrong = lab.environment(
        METRICS_ENDPOINT=f"http://127.0.0.1:{free_ports(1)[0]}/metrics",
        PROMETHEUS_MULTIPROC_DIR=str(tmp_path / "file" / "below"),
    )
    run = subprocess.run(COMMAND, env=wrong, capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 1
    assert "PROMETHEUS_MULTIPROC_DIR: " in run.stderr

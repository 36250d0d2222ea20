"""The worker's metrics: what each counts, and that neither the dead nor many of them change a sum."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from fixtures.counted import counting
from prometheus_client import Gauge
from prometheus_client.multiprocess import MultiProcessCollector

from bughive_protocol.frontier import PageEnd, PageRecord, PageResult
from bughive_worker import metrics
from bughive_worker.metrics_server.graves import bury
from bughive_worker.metrics_server.server import Together

CHILD = """
from bughive_worker import metrics
metrics.PAGES.labels("Loaded").inc(3)
metrics.PAGE_SECONDS.observe(0.2)
metrics.PAGE_SECONDS.observe(7)
metrics.SESSIONS.inc()
"""


@pytest.fixture
def counts_and_dies(tmp_path: Path):
    """A process that counts three pages and has a session, and is gone."""

    def run() -> None:
        environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
        subprocess.run([sys.executable, "-c", CHILD], env=environment, check=True, timeout=60)

    return run


def shown(families) -> dict[str, float]:
    samples = (sample for family in families for sample in family.samples)
    return {" ".join((sample.name, *sample.labels.values())): sample.value for sample in samples}


def test_what_the_dead_counted_stays_and_their_files_do_not(counts_and_dies, tmp_path: Path) -> None:
    together = Together(tmp_path)
    for round_ in (1, 2, 3):
        counts_and_dies()
        told = shown(together.collect())
        assert told["bughive_worker_pages_total Loaded"] == 3 * round_
        assert told["bughive_worker_page_duration_seconds_count"] == 2 * round_
        assert told["bughive_worker_page_duration_seconds_sum"] == pytest.approx(7.2 * round_)
        assert told["bughive_worker_page_duration_seconds_bucket 0.25"] == round_
        assert told["bughive_worker_page_duration_seconds_bucket +Inf"] == 2 * round_
        assert "bughive_worker_sessions" not in told
        assert {file.name for file in tmp_path.iterdir()} == {"counter_0.db", "histogram_0.db"}


def test_the_sums_are_the_same_before_and_after_a_burial(counts_and_dies, tmp_path: Path) -> None:
    counts_and_dies()
    counts_and_dies()
    before = shown(MultiProcessCollector(None, str(tmp_path)).collect())
    bury(tmp_path)
    after = shown(MultiProcessCollector(None, str(tmp_path)).collect())
    gauges = {"bughive_worker_sessions", "bughive_worker_processes", "bughive_worker_browser_memory_bytes"}
    assert after == {name: value for name, value in before.items() if name not in gauges}


def test_the_living_keep_their_files(counts_and_dies, tmp_path: Path) -> None:
    counts_and_dies()
    files = set(tmp_path.iterdir())
    bury(tmp_path, alive=lambda _: True)
    assert set(tmp_path.iterdir()) == files
    assert len(files) >= 3


def test_a_gauge_speaks_of_living_processes_alone() -> None:
    gauges = [metric for metric in vars(metrics).values() if isinstance(metric, Gauge)]
    assert len(gauges) >= 4
    assert [gauge._name for gauge in gauges if not gauge._multiprocess_mode.startswith("live")] == []


def test_a_page_is_counted_with_its_end_and_its_time() -> None:
    counted = counting(metrics.REGISTRY, "bughive_worker_")
    page = PageResult(url="http://a.test/", end=PageEnd.TIMED_OUT)
    metrics.count_page(PageRecord(page=page, recorded_at="2026-06-01T12:00:00Z"), 2.5)
    assert counted() == {
        "pages_total TimedOut": 1,
        "page_duration_seconds_count": 1,
        "page_duration_seconds_sum": 2.5,
    }


def test_counting_a_page_costs_far_less_than_a_millisecond(tmp_path: Path) -> None:
    # In the mode of the worker, whose numbers lie in mapped files.
    code = """
import time
from bughive_crds.model import Severity
from bughive_protocol.finding import Confidence, Finding
from bughive_protocol.frontier import PageEnd, PageRecord, PageResult
from bughive_worker.metrics import count_page
page = PageResult(url="http://a.test/", end=PageEnd.LOADED)
record = PageRecord(page=page, recorded_at="2026-06-01T12:00:00Z")
times = []
for _ in range(500):
    began = time.perf_counter()
    count_page(record, 1)
    times.append(time.perf_counter() - began)
print(sorted(times)[250])
"""
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    began = time.monotonic()
    run = subprocess.run(
        [sys.executable, "-c", code], env=environment, check=True, timeout=60, capture_output=True, text=True
    )
    assert float(run.stdout) < 0.0005, time.monotonic() - began

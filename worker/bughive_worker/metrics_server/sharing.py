"""Lets a worker's processes share their metrics. To be entered before anything that counts is imported."""

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from bughive_worker.settings import WorkerSettings

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
END_SECONDS = 5.0


@contextmanager
def shared_metrics(settings: WorkerSettings) -> Iterator[None]:
    """Serve the metrics of this process and its children at ``METRICS_ENDPOINT``; nowhere where it is empty.

    Raises:
        RuntimeError: prometheus_client was imported before, and has chosen to keep numbers in each process.
        SystemExit: the address cannot be listened on, or the folder cannot be made.
    """
    if not settings.metrics_endpoint:
        os.environ.pop(VARIABLE, None)  # nobody would add the files up, or remove them
        yield
        return
    if "prometheus_client" in sys.modules:
        raise RuntimeError("prometheus_client is imported already; import what counts after this")
    endpoint = urlsplit(settings.metrics_endpoint)
    with _listening(settings.metrics_endpoint) as listening:
        folder = _empty_folder(settings.prometheus_multiproc_dir)
        os.environ[VARIABLE] = str(folder)
        server = _start(listening, folder, endpoint.path, temporary=settings.prometheus_multiproc_dir is None)
    worker = os.getpid()
    try:
        yield
    finally:
        if os.getpid() == worker:
            server.terminate()
            server.wait(END_SECONDS)


def _start(listening: socket.socket, folder: Path, path: str, *, temporary: bool) -> subprocess.Popen[bytes]:
    number = listening.fileno()
    program = [sys.executable, "-m", "bughive_worker.metrics_server.server"]
    told = ["--socket", str(number), "--folder", str(folder), "--path", path, "--worker", str(os.getpid())]
    if temporary:
        told.append("--temporary")
    # A session of its own: Ctrl-C in a terminal is for the worker, which drains and then ends this one too.
    return subprocess.Popen([*program, *told], pass_fds=[number], start_new_session=True)  # noqa: S603 our own program


def _listening(endpoint: str) -> socket.socket:
    parts = urlsplit(endpoint)
    host = parts.hostname or ""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, parts.port or 80), family=family)
    except OSError as error:
        sys.exit(f"METRICS_ENDPOINT: {endpoint} cannot be listened on ({error.strerror or error}); choose another")


def _empty_folder(chosen: Path | None) -> Path:
    """The folder, without what an earlier worker left there: its numbers are not ours."""
    try:
        if chosen is None:
            return Path(tempfile.mkdtemp(prefix="bughive-metrics-"))
        chosen.mkdir(parents=True, exist_ok=True)
        for file in chosen.glob("*.db"):
            file.unlink()
    except OSError as error:
        where = chosen or "a temporary directory"
        sys.exit(f"{VARIABLE}: {where} cannot be made or emptied: {error.strerror}; choose a directory to write to")
    return chosen

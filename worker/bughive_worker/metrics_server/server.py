"""The process that adds the numbers of a worker's processes up and shows them: ``python -m`` this, by the worker alone.

It ends with the worker, also with one that was killed.
"""

import argparse
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterable, Sequence
from http import HTTPStatus
from http.server import ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from prometheus_client import CollectorRegistry, Metric
from prometheus_client.exposition import MetricsHandler
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from bughive_worker.metrics_server.graves import bury

READ_SECONDS = 5.0
"""How long a request may take to arrive."""


class Together(Collector):
    """All processes' metrics, those of the dead included."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files = MultiProcessCollector(None, str(folder))  # type: ignore[no-untyped-call]  # no types
        self._lock = threading.Lock()

    def collect(self) -> Iterable[Metric]:
        """Bury the dead, then add up."""
        with self._lock:
            bury(self._folder)
            found: Iterable[Metric] = list(self._files.collect())  # type: ignore[no-untyped-call]
            return found


def handler(folder: Path, path: str) -> type[MetricsHandler]:
    """Answers requests of ``path`` with the metrics that the files of ``folder`` hold."""

    class Page(MetricsHandler):
        registry = CollectorRegistry()
        timeout = READ_SECONDS

        def do_GET(self) -> None:  # noqa: N802 http.server's name
            if urlsplit(self.path).path == path:
                super().do_GET()
            else:
                self.send_error(HTTPStatus.NOT_FOUND)

    Page.registry.register(Together(folder))
    return Page


class MetricsServer(ThreadingHTTPServer):
    """Serves a socket that the worker listens on already, as long as the worker lives."""

    def __init__(self, listening: socket.socket, page: type[MetricsHandler], worker: int) -> None:
        super().__init__(listening.getsockname()[:2], page, bind_and_activate=False)
        self.socket.close()
        self.socket = listening
        self._worker = worker

    def service_actions(self) -> None:
        """End with the worker; called twice a second."""
        if os.getppid() != self._worker:
            raise SystemExit


def main(arguments: Sequence[str]) -> None:
    """Serve until the worker is gone or says so."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--socket", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--path", required=True)
    parser.add_argument("--worker", type=int, required=True)
    parser.add_argument("--temporary", action="store_true", help="remove the folder at the end")
    given = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    page = handler(given.folder, given.path)
    try:
        with MetricsServer(socket.socket(fileno=given.socket), page, given.worker) as server:
            server.serve_forever()
    finally:
        _clear(given.folder, temporary=given.temporary)


def _clear(folder: Path, *, temporary: bool) -> None:
    # Of a folder that the administrator chose, nothing is removed that is not ours.
    for file in folder.glob("*.db"):
        file.unlink(missing_ok=True)
    if temporary:
        folder.rmdir()


if __name__ == "__main__":
    main(sys.argv[1:])

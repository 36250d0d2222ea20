"""``python -m bughive_operator.self_test``: crawl a small page with planted bugs, as ``helm test`` does.

Serves the page from this very pod, applies a CrawlSession against it, follows it to its verdict, and looks whether
the bugs were found. Exit code 0: all is well; 1, with a sentence: something is not.
"""

import http.server
import sys
import threading
import time
import uuid

from kubernetes.client import ApiClient
from pydantic import Field
from pydantic_settings import BaseSettings

from bughive_crds import API_VERSION, GROUP, VERSION
from bughive_operator.api_call import ApiCall, ApiServerError, Body, send
from bughive_operator.cluster_login import NoCluster, log_in
from bughive_protocol.settings import load

PAGE = """<!doctype html><html lang="en"><head><title>BugHive's self-test</title></head><body><main>
<h1>BugHive's self-test</h1><p>This page has two bugs: <a href="/gone">a link that leads nowhere</a>
and a picture that is not there: <img src="/missing.png" alt="nothing" width="40" height="40"></p>
</main></body></html>"""
PLANTED = frozenset({"broken-link", "broken-image"})
ASK_SECONDS = 1.0
TIMEOUT_SECONDS = (10, 10)
"""To connect, and to read."""


class SelfTestSettings(BaseSettings):
    """What the self-test has to know."""

    kubeconfig: str = ""
    """As for the operator."""
    self_test_namespace: str
    """Where the session is applied."""
    self_test_url: str
    """The URL under which the workers reach this process."""
    self_test_port: int = 8080
    """The port to serve the page on."""
    self_test_seconds: float = Field(default=240, gt=0)
    """How long the session may take."""


class Failed(Exception):
    """The self-test found something amiss; the message says what."""


class _Site(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """The page, or 404."""
        body = PAGE.encode() if self.path == "/" else b"there is no such thing"
        self.send_response(200 if self.path == "/" else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_HEAD = do_GET  # noqa: N815 - http.server's names

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - as in the base class
        sys.stdout.write(f"  asked for {format % arguments}\n")


class _Sessions:
    """CrawlSessions of one namespace."""

    def __init__(self, client: ApiClient, namespace: str) -> None:
        self._client = client
        self._folder = f"/apis/{GROUP}/{VERSION}/namespaces/{namespace}"

    def call(self, method: str, path: str, body: Body | None = None) -> Body:
        """One call. Raises ``Failed``."""
        try:
            return send(self._client, ApiCall(method, f"{self._folder}/{path}", body), TIMEOUT_SECONDS).body
        except ApiServerError as error:
            raise Failed(f"{method} {path}: {error}") from error


def run(settings: SelfTestSettings) -> str:
    """Crawl and compare. Returns a sentence about what was seen.

    Raises:
        Failed: the session did not come to its end, or did not find what is there.
    """
    server = http.server.ThreadingHTTPServer(("", settings.self_test_port), _Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        sessions = _Sessions(log_in(settings.kubeconfig, 1), settings.self_test_namespace)
    except NoCluster as error:
        raise Failed(str(error)) from error
    name = f"bughive-self-test-{uuid.uuid4().hex[:8]}"
    spec = {
        "url": settings.self_test_url,
        "scope": {"maxPages": 5},
        "failOn": {"severity": "Low"},
        "ttlSecondsAfterFinished": 600,
    }
    resource = {"apiVersion": API_VERSION, "kind": "CrawlSession", "metadata": {"name": name}, "spec": spec}
    sessions.call("POST", "crawlsessions", resource)
    try:
        status = _finished(sessions, name, settings.self_test_seconds)
        found = {bug["kind"] for bug in sessions.call("GET", f"crawlreports/{name}")["report"].get("worst", ())}
    finally:
        sessions.call("DELETE", f"crawlsessions/{name}")
        server.shutdown()
    if missed := PLANTED - found:
        raise Failed(f"the crawl did not see {', '.join(sorted(missed))}; it saw {', '.join(sorted(found))}")
    return str(status["message"])


def _finished(sessions: _Sessions, name: str, seconds: float) -> Body:
    """The session's status once it is completed."""
    deadline = time.monotonic() + seconds
    said = ""
    while time.monotonic() < deadline:
        status: Body = sessions.call("GET", f"crawlsessions/{name}").get("status", {})
        if (told := f"{status.get('phase', 'Applied')}: {status.get('message', '')}") != said:
            said = told
            sys.stdout.write(f"{said}\n")
        if status.get("phase") == "Completed":
            return status
        if status.get("phase") in ("Failed", "Cancelled"):
            raise Failed(f"the session ended as {told}")
        time.sleep(ASK_SECONDS)
    raise Failed(f"after {seconds:g} s the session is {said or 'not taken up: is the operator running?'}")


def main() -> None:
    """The console entry point."""
    try:
        sys.stdout.write(f"{run(load(SelfTestSettings))}\n")
    except Failed as error:
        sys.exit(f"FAILED: {error}")


if __name__ == "__main__":
    main()

"""Serves reports over HTTP, so that nobody needs the artifact store's keys to read one.

It has no login of its own: in a cluster the API server's, for it is reached by a service proxy, or an Ingress'.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from http import HTTPStatus

import structlog
from aiohttp import web

from bughive_operator.listening import listening
from bughive_operator.startup import CannotStart
from bughive_protocol.artifact_names import CONTENT_TYPES, REPORTS_PATH, ReportFile, parse_report_key
from bughive_protocol.artifact_settings import ArtifactSettings
from bughive_protocol.artifact_store import ArtifactStore, StoredFile
from bughive_protocol.errors import ArtifactStoreUnavailable

PATIENCE = timedelta(seconds=5)
"""How long a store that is away is asked again while a person waits."""
OPEN_SECONDS = 15.0
HEADERS = {
    # A report quotes what it found on strange sites, and the service proxy serves it from the API server's own origin:
    # it runs its own script in an origin of its own, and reaches nothing.
    "Content-Security-Policy": (
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'; sandbox allow-scripts allow-popups allow-popups-to-escape-sandbox"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-cache",
}
_NO_REPORT = (
    f"There is no report here. A report is at {REPORTS_PATH}/NAMESPACE/UID/, in the files {', '.join(CONTENT_TYPES)}; "
    "UID is the CrawlSession's metadata.uid. It is written when the session ends, and removed after the CrawlSession "
    "is.\n"
)
_AWAY = "The report cannot be read now. The operator's log says why; try again in a minute.\n"

log = structlog.get_logger(__name__)


@asynccontextmanager
async def serving_reports(settings: ArtifactSettings, endpoint: str) -> AsyncIterator[None]:
    """Serve the store's reports below a URL such as ``http://0.0.0.0:8082/reports``; nowhere where it is empty.

    Raises:
        CannotStart: the store cannot be opened, or the address not listened on.
    """
    if not endpoint:
        yield
        return
    try:
        store = ArtifactStore(settings, PATIENCE)
    except ArtifactStoreUnavailable as error:
        raise CannotStart(f"{error} Without reports to serve, leave REPORTS_ENDPOINT empty.") from error
    async with listening(report_app(store), endpoint, "REPORTS_ENDPOINT"):
        yield


def report_app(store: ArtifactStore) -> web.Application:
    """The application that serves the reports of ``store``."""
    app = web.Application()

    async def answer(request: web.Request) -> web.StreamResponse:
        # Decoded already, so that no escape sequence gets past the check.
        file = parse_report_key(request.match_info["key"])
        if file is None:
            return _not_found()
        try:
            async with asyncio.timeout(OPEN_SECONDS):
                stored = await store.open(file)
        except (ArtifactStoreUnavailable, TimeoutError) as error:
            log.warning("a report cannot be read", error=str(error) or "the artifact store does not answer")
            return web.Response(text=_AWAY, status=HTTPStatus.SERVICE_UNAVAILABLE, headers={"Retry-After": "60"})
        return _not_found() if stored is None else await _send(request, file, stored)

    async def elsewhere(_: web.Request) -> web.Response:
        return _not_found()

    app.router.add_get(f"{REPORTS_PATH}/{{key:.*}}", answer)  # HEAD too
    app.router.add_get("/{key:.*}", elsewhere)
    return app


async def _send(request: web.Request, file: ReportFile, stored: StoredFile) -> web.StreamResponse:
    response = web.StreamResponse(headers=HEADERS)
    response.etag = stored.etag
    response.last_modified = stored.modified
    if any(tag.value == stored.etag for tag in request.if_none_match or ()):
        response.set_status(HTTPStatus.NOT_MODIFIED)
        await response.prepare(request)
        return response
    response.headers["Content-Type"] = file.content_type
    if "download" in request.query:
        # The API server's proxy rewrites the links of what calls itself HTML; a download is to be the file itself.
        response.headers["Content-Type"] = "application/octet-stream"
        response.headers["Content-Disposition"] = f'attachment; filename="{file.name.rpartition("/")[2]}"'
    response.content_length = stored.size
    await response.prepare(request)
    if request.method != "HEAD":
        async for chunk in stored.chunks():
            await response.write(chunk)
    await response.write_eof()
    return response


def _not_found() -> web.Response:
    return web.Response(text=_NO_REPORT, status=HTTPStatus.NOT_FOUND)

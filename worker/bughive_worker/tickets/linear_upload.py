"""Puts a picture into Linear's own store, where all who may see the ticket can see it."""

from bughive_protocol.artifact_names import PICTURE_TYPE
from bughive_protocol.errors import IntegrationUnavailable
from bughive_worker.tickets import linear_queries as queries
from bughive_worker.tickets.linear_api import LinearApi
from bughive_worker.tickets.tracker import REQUEST_SECONDS

_STORED = frozenset({200, 201, 204})


async def upload(api: LinearApi, name: str, webp: bytes) -> str:
    """The address of the stored picture. For the errors see ``Tracker``."""
    what = {"contentType": PICTURE_TYPE, "filename": name, "size": len(webp)}
    place = (await api.do(queries.UPLOAD, "fileUpload", what)).upload_file
    if place is None:
        raise IntegrationUnavailable("Linear names no place for the picture")
    usual = {"Content-Type": PICTURE_TYPE, "Cache-Control": "public, max-age=31536000"}
    # The place is signed: the key to Linear does not go there.
    answer = await api.outbound.request(
        "PUT",
        place.upload_url,
        headers={**usual, **{header.key: header.value for header in place.headers}},
        body=webp,
        limit_bytes=1000,
        timeout_seconds=REQUEST_SECONDS,
    )
    if answer.status not in _STORED:
        raise IntegrationUnavailable(f"Linear's store answered {answer.status} to the picture")
    return place.asset_url

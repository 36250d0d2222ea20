"""Makes a bucket that is not there yet: object_store, below obstore, knows objects only, but signs any request."""

import asyncio
import urllib.error
import urllib.request
from datetime import timedelta

import obstore
from obstore.store import S3Store

from bughive_protocol.errors import ArtifactStoreUnavailable
from bughive_protocol.s3_answers import BUCKET_IS_OURS, code_of

TIMEOUT_SECONDS = 30
_WITHOUT_CONSTRAINT = "us-east-1"
"""The region that a bucket is in when its making names none; it must not be named."""

_OTHERS_AT_IT = ("InternalError", "OperationAborted")
"""What versitygw, and Amazon, say to one of several that make the same bucket at once."""
_PAUSES = (0.2, 0.4, 0.8, 1.6)
"""Seconds before each further try."""


async def make_bucket(bucket: S3Store, name: str, region: str) -> None:
    """Make the bucket; one that is there and ours is left as it is.

    Args:
        bucket: the store without any folder.
        name: its name, for people.
        region: where to make it.

    Raises:
        ArtifactStoreUnavailable: it cannot be made.
    """
    url = await obstore.sign_async(bucket, "PUT", "", timedelta(minutes=5))
    body = b""
    if region != _WITHOUT_CONSTRAINT:
        body = (
            '<CreateBucketConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
            f"<LocationConstraint>{region}</LocationConstraint></CreateBucketConfiguration>"
        ).encode()
    answer = await asyncio.to_thread(_put, url, body)
    for pause in _PAUSES:
        if answer not in _OTHERS_AT_IT:
            break
        await asyncio.sleep(pause)
        answer = await asyncio.to_thread(_put, url, body)
    if answer not in (None, BUCKET_IS_OURS):
        raise ArtifactStoreUnavailable(
            f"BUGHIVE_ARTIFACT_URL: there is no bucket {name}, and it cannot be made ({answer}). Create it, allow the "
            "key s3:CreateBucket, or name another bucket."
        )


def _put(url: str, body: bytes) -> str | None:
    """Send it. Returns why not; None: done."""
    request = urllib.request.Request(url, data=body, method="PUT")  # noqa: S310 - the settings allow http and https only
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS):  # noqa: S310 - as above
            return None
    except urllib.error.HTTPError as error:
        with error:
            return code_of(error.read().decode(errors="replace")) or f"{error.code} {error.reason}"
    except OSError as error:
        return str(error)

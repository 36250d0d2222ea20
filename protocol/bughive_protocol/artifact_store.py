"""The artifact store: where reports go, and where they are read, by keys such as ``{namespace}/{session}/report.html``.

Everything is awaited and runs in threads of obstore's own, so that an event loop with leases to serve goes on. They do
not survive a fork: open a store in the process that uses it.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, PreconditionError
from obstore.store import LocalStore, S3Store

from bughive_protocol.artifact_names import HISTORY_FOLDER, ReportFile, parse_report_key
from bughive_protocol.artifact_settings import ArtifactSettings
from bughive_protocol.artifact_url import Bucket, Directory, parse_artifact_url
from bughive_protocol.bucket_making import make_bucket
from bughive_protocol.errors import ArtifactStoreUnavailable
from bughive_protocol.s3_answers import NO_BUCKET, code_of, explain, means_missing

if TYPE_CHECKING:  # obstore has its types in stubs only
    from obstore import GetResult, UpdateVersion

    _Mode = Literal["create", "overwrite"] | UpdateVersion

PATIENCE = timedelta(seconds=60)
"""How long a call is tried again while the store is away."""
CONNECT_TIMEOUT = timedelta(seconds=5)
CALL_TIMEOUT = timedelta(minutes=2)
CHUNK_BYTES = 256 * 1024
_JSON = "application/json"
_MARKER = ".bughive"
"""A file that shows that the store can be written, before anything is crawled for it."""
_FAILURES = (BaseError, OSError)
"""What obstore raises: its own errors, and Python's for a file that is missing or forbidden."""


@dataclass(frozen=True)
class StoredFile:
    """One file of the store, opened: its body is read as it is asked for."""

    size: int
    etag: str
    """Changes with the content; without quotes."""
    modified: datetime
    _result: "GetResult"

    async def chunks(self) -> AsyncIterator[bytes]:
        """Its body, in pieces."""
        async for chunk in self._result.stream(min_chunk_size=CHUNK_BYTES):
            yield bytes(chunk)


class ArtifactStore:
    """One store, or one folder of it. All methods raise ArtifactStoreUnavailable where it is away or refuses."""

    def __init__(self, settings: ArtifactSettings, patience: timedelta = PATIENCE, *, make: bool = False) -> None:
        """Reach nothing yet.

        Args:
            settings: where it is, and how to get in.
            patience: how long a call is tried again while the store is away.
            make: whether a directory that is missing is made. Only who writes the reports makes it: where others find
                none, they look at another directory than the reports'.

        Raises:
            ArtifactStoreUnavailable: the directory is missing, or cannot be made.
        """
        self._settings = settings
        self._place = parse_artifact_url(settings.artifact_url)
        self._base = (settings.reports_url or settings.artifact_url).rstrip("/")
        self._store: LocalStore | S3Store
        if isinstance(self._place, Directory):
            self._store = _open_directory(self._place.path, make=make)
        else:
            self._store = _open_bucket(settings, self._place.name, self._place.folder, patience)

    @classmethod
    def at(cls, directory: Path) -> "ArtifactStore":
        """The store of a directory, which is made where it is missing.

        Raises:
            OSError: it cannot be made.
        """
        directory.mkdir(parents=True, exist_ok=True)
        # Without what the environment says of another store.
        return cls(ArtifactSettings.model_construct(artifact_url=directory.absolute().as_uri()))

    async def check(self) -> None:
        """Find out now, not after hours of crawling, whether reports can be written; a missing bucket is made."""
        if isinstance(self._place, Bucket):
            await self._put(_MARKER, b"BugHive keeps reports here, and removes old ones.\n", "text/plain")

    async def put(self, key: str, data: bytes, content_type: str) -> str:
        """Write one file, replacing an older one. Returns its URL: where people find it, by the settings."""
        await self._put(key, data, content_type)
        return f"{self._base}/{key}"

    async def get(self, key: str) -> bytes | None:
        """Read one file whole; None: it is not there."""
        found = await self._read(key)
        return found.data if found else None

    async def link(self, key: str) -> str:
        """Where people find a file: as ``put`` says, or signed where the settings want that, for a while."""
        hours = self._settings.artifact_link_hours
        if not hours or self._settings.reports_url or not isinstance(self._store, S3Store):
            return f"{self._base}/{key}"
        try:
            return await obstore.sign_async(self._store, "GET", key, timedelta(hours=hours))
        except _FAILURES as error:
            raise self._unavailable(error) from error

    async def update(self, key: str, change: Callable[[bytes | None], bytes]) -> None:
        """Write what ``change`` makes of a JSON file (None: it is not there).

        In a bucket ``change`` is called again where somebody else wrote the file in between. That is only as exact as
        the bucket's server (versitygw looks first and writes then), so hold a lock where two may come at one moment.
        """
        while True:
            before = await self._read(key)
            unchanged = before.mode if before else "create"
            try:
                await self._put(key, change(before.data if before else None), _JSON, unchanged)
            except _Overtaken:
                continue
            return

    async def open(self, file: ReportFile) -> StoredFile | None:
        """Open one file; None: it is not there."""
        try:
            result = await obstore.get_async(self._store, file.key)
        except _FAILURES as error:
            if isinstance(error, FileNotFoundError) and means_missing(str(error)):
                return None
            raise self._unavailable(error) from error
        meta = result.meta
        return StoredFile(meta["size"], (meta["e_tag"] or "").strip('"'), meta["last_modified"], result)

    async def each_file(self, folder: str = "") -> AsyncIterator[tuple[ReportFile, datetime]]:
        """Every report's file, in no order, and when it was written: there may be millions.

        ``folder``: only those of this ``report_folder``.
        """
        try:
            async for batch in obstore.list(self._store, prefix=folder or None, chunk_size=1000):
                for meta in batch:
                    file = parse_report_key(meta["path"])
                    if file is not None:
                        yield file, meta["last_modified"]
        except _FAILURES as error:
            if code_of(str(error)) != NO_BUCKET:
                raise self._unavailable(error) from error

    async def files(self, folder: str = "") -> list[tuple[ReportFile, datetime]]:
        """See ``each_file``: all of them."""
        return [found async for found in self.each_file(folder)]

    async def histories(self) -> list[tuple[str, datetime]]:
        """The key of each site's history, and when it was written."""
        try:
            return [
                (meta["path"], meta["last_modified"])
                async for batch in obstore.list(self._store, prefix=HISTORY_FOLDER, chunk_size=1000)
                for meta in batch
            ]
        except _FAILURES as error:
            if code_of(str(error)) == NO_BUCKET:
                return []
            raise self._unavailable(error) from error

    async def delete(self, keys: Sequence[str]) -> None:
        """Remove files; one that is gone already is as good."""
        # A bucket is told of a thousand in one request. A directory, told of many, stops where one is gone.
        for some in [keys] if isinstance(self._place, Bucket) else [[key] for key in keys]:
            try:
                await obstore.delete_async(self._store, some)
            except _FAILURES as error:
                if not isinstance(error, FileNotFoundError) or not means_missing(str(error)):
                    raise self._unavailable(error) from error

    async def _read(self, key: str) -> "_Version | None":
        try:
            result = await obstore.get_async(self._store, key)
            data = bytes(await result.bytes_async())
        except _FAILURES as error:
            if isinstance(error, FileNotFoundError) and means_missing(str(error)):
                return None
            raise self._unavailable(error) from error
        etag = result.meta["e_tag"]
        # A directory has no conditional put.
        return _Version(data, {"e_tag": etag} if etag and isinstance(self._place, Bucket) else "overwrite")

    async def _put(self, key: str, data: bytes, content_type: str, mode: "_Mode" = "overwrite") -> None:
        try:
            await self._put_once(key, data, content_type, mode)
        except (AlreadyExistsError, PreconditionError) as error:
            raise _Overtaken from error
        except _FAILURES as error:
            if not isinstance(self._place, Bucket) or code_of(str(error)) != NO_BUCKET:
                raise self._unavailable(error) from error
        else:
            return
        await make_bucket(
            _open_bucket(self._settings, self._place.name, "", PATIENCE), self._place.name, self._settings.aws_region
        )
        try:
            await self._put_once(key, data, content_type, mode)
        except _FAILURES as error:
            raise self._unavailable(error) from error

    async def _put_once(self, key: str, data: bytes, content_type: str, mode: "_Mode") -> None:
        # A directory's files have no types. In parts, versitygw would leave each part's metadata behind for ever.
        attributes = {"Content-Type": content_type} if isinstance(self._place, Bucket) else None
        await obstore.put_async(self._store, key, data, attributes=attributes, mode=mode, use_multipart=False)

    def _unavailable(self, error: Exception) -> ArtifactStoreUnavailable:
        if isinstance(self._place, Bucket):
            return ArtifactStoreUnavailable(explain(str(error), self._settings.aws_endpoint_url, self._place.name))
        reason = str(error).partition("\n")[0]
        return ArtifactStoreUnavailable(f"BUGHIVE_ARTIFACT_URL: {self._place.path} cannot be used: {reason}")


@dataclass(frozen=True)
class _Version:
    """A file's content, and how to write it only if it still is this one."""

    data: bytes
    mode: "_Mode"


class _Overtaken(Exception):
    """The file is not the one that was read."""


def _open_directory(path: Path, *, make: bool) -> LocalStore:
    try:
        if make:
            path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ArtifactStoreUnavailable(
            f"BUGHIVE_ARTIFACT_URL: the directory {path} cannot be made: {error.strerror}. Mount a volume there that "
            "this process may write to, or keep reports in a bucket (s3://BUCKET)."
        ) from error
    if not path.is_dir():
        raise ArtifactStoreUnavailable(
            f"BUGHIVE_ARTIFACT_URL: there is no directory {path} here. Mount the volume here too that the crawl's "
            "workers write to, or keep reports in a bucket (s3://BUCKET)."
        )
    return LocalStore(path, automatic_cleanup=True)


def _open_bucket(settings: ArtifactSettings, bucket: str, folder: str, patience: timedelta) -> S3Store:
    endpoint = settings.aws_endpoint_url.rstrip("/")
    if endpoint and not settings.artifact_path_style:
        scheme, _, host = endpoint.partition("://")
        endpoint = f"{scheme}://{bucket}.{host}"
    given = {
        "endpoint": endpoint,
        "access_key_id": settings.aws_access_key_id.get_secret_value(),
        "secret_access_key": settings.aws_secret_access_key.get_secret_value(),
    }
    return S3Store(
        bucket,
        prefix=folder or None,
        config={name: value for name, value in given.items() if value},  # type: ignore[arg-type]  # TypedDict
        region=settings.aws_region,
        virtual_hosted_style_request=not settings.artifact_path_style,
        client_options={
            # Whoever writes http:// into the endpoint means it; the secret itself is never sent.
            "allow_http": endpoint.startswith("http://"),
            "connect_timeout": CONNECT_TIMEOUT,
            "timeout": CALL_TIMEOUT,
        },
        retry_config={
            "max_retries": 1000,
            "retry_timeout": patience,
            "backoff": {"init_backoff": timedelta(seconds=0.2), "max_backoff": timedelta(seconds=3), "base": 2},
        },
    )

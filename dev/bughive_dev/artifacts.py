"""The artifact store of BugHive on this machine, as its programs see it."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from bughive_dev.errors import SetupError
from bughive_protocol.artifact_names import CONTENT_TYPES, ReportFile
from bughive_protocol.artifact_settings import ArtifactSettings
from bughive_protocol.artifact_store import ArtifactStore


def artifact_store_of(environment: Mapping[str, str]) -> ArtifactStore:
    """The store that a program with these environment variables uses."""
    return ArtifactStore(ArtifactSettings.model_validate({name.lower(): value for name, value in environment.items()}))


def copy_report(environment: Mapping[str, str], namespace: str, session_id: str, folder: Path) -> None:
    """Copy the files of a session's report from the store of these programs, without its pictures.

    Raises:
        ArtifactStoreUnavailable: the store is away.
        SetupError: a file is not there.
    """
    store = artifact_store_of(environment)
    folder.mkdir(parents=True, exist_ok=True)
    for name in CONTENT_TYPES:
        file = ReportFile(namespace, session_id, name)
        content = asyncio.run(store.get(file.key))
        if content is None:
            raise SetupError(f"the artifact store has no {file.key}")
        (folder / name).write_bytes(content)

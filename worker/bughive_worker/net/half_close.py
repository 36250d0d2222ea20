"""The end of one direction of a connection."""

import asyncio
import contextlib


def end_writing(transport: asyncio.Transport) -> None:
    """Say that nothing more comes, once all is sent; a peer that is gone already need not hear it."""
    with contextlib.suppress(OSError):
        transport.write_eof()

"""The body of an answer, as far as it is wanted."""

import aiohttp

_READ_BYTES = 64 * 1024


async def read_at_most(response: aiohttp.ClientResponse, limit: int) -> bytes:
    """The decompressed body, or a little more than ``limit`` bytes of it; what is not read closes the connection."""
    body = bytearray()
    while limit and len(body) <= limit:
        part = await response.content.read(_READ_BYTES)
        if not part:
            return bytes(body)
        body += part
    response.close()
    return bytes(body)

"""Free ports on loopback."""

import random
import socket

# Below the range from which the kernel takes ports for outgoing connections (32768 and up): what is
# free when it is chosen is still free a moment later, when a program binds it.
LOWEST, HIGHEST = 20_000, 32_000


def free_ports(count: int) -> list[int]:
    """Choose `count` different ports on which nothing listens on 127.0.0.1."""
    found: list[int] = []
    for port in random.SystemRandom().sample(range(LOWEST, HIGHEST), HIGHEST - LOWEST):
        if len(found) == count:
            break
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        found.append(port)
    return found

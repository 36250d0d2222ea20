"""A redis-server of our own: loopback only, on a free port, its files in a directory that is given."""

import shutil
import signal
import socket

from bughive_dev.errors import SetupError
from bughive_dev.ports import free_ports
from bughive_dev.program import Program, Record
from bughive_dev.supervision import Supervision
from bughive_dev.waiting import wait_until

START_SECONDS = 15.0


def find_redis_server() -> str:
    """The path of redis-server.

    Raises:
        SetupError: it is not installed.
    """
    found = shutil.which("redis-server")
    if found is None:
        raise SetupError("redis-server is missing: run `make setup`, or install the package redis-server")
    return found


class RedisServer:
    """One Redis under a supervisor; it never evicts, and keeps no snapshots.

    With `durable` it keeps an append-only file, synced each second, and survives its own restart.
    """

    def __init__(self, supervision: Supervision, *, durable: bool = False) -> None:
        self._supervision = supervision
        self.port = free_ports(1)[0]
        append_only = ["yes", "--appendfsync", "everysec"] if durable else ["no"]
        self._program = Program(
            name="redis",
            argv=[
                find_redis_server(),
                *("--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(supervision.home)),
                *("--appendonly", *append_only, "--save", ""),
                *("--maxmemory-policy", "noeviction", "--loglevel", "warning"),
            ],
            port=self.port,
            stop_signal=signal.SIGTERM,
        )

    @property
    def url(self) -> str:
        """The address for clients, database 0."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it, or start it again on the same port, and return when it answers."""
        self._supervision.start(self._program)
        wait_until("Redis answers a PING", self._answers, START_SECONDS)

    def kill(self) -> None:
        """End it as a crash would, and return when it is gone."""
        record = Record.read(self._supervision.home)
        running = record.program("redis") if record else None
        if running is not None:
            running.process.send(signal.SIGKILL)
            running.process.wait_gone(START_SECONDS)

    def _answers(self) -> bool:
        self._supervision.check_alive("redis")
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1.0) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(64).startswith(b"+PONG")
        except OSError:
            return False

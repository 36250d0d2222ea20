"""Requests per second and CPU per request, straight and through the proxy.

Server, proxy and client are processes of their own; the client keeps ``CONNECTIONS`` connections busy.
"""

import asyncio
import multiprocessing
import time

from bughive_worker.net.egress import EgressPolicy
from bughive_worker.net.proxy import EgressProxy

BODY = b"x" * 10_000
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(BODY) + BODY
BROWSER_HEADERS = (
    b"Host: h\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/156.0.0.0\r\n"
    b"Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\nAccept-Encoding: gzip, deflate\r\n"
    b"Accept-Language: en-US\r\nProxy-Connection: keep-alive\r\nUpgrade-Insecure-Requests: 1\r\n\r\n"
)
CONNECTIONS = 4
REQUESTS = 10_000


class Server(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        if data.endswith(b"\r\n\r\n"):
            self.transport.write(ANSWER)


async def run_server(pipe):
    server = await asyncio.get_running_loop().create_server(Server, "127.0.0.1", 0)
    pipe.send(server.sockets[0].getsockname()[1])
    await asyncio.to_thread(pipe.recv)


async def run_proxy(pipe):
    async with EgressProxy(EgressPolicy.parse(["127.0.0.1"])) as proxy:
        pipe.send(proxy.port)
        while await asyncio.to_thread(pipe.recv):
            pipe.send(time.process_time())


def process(main):
    ours, theirs = multiprocessing.Pipe()
    child = multiprocessing.Process(target=lambda: asyncio.run(main(theirs)), daemon=True)
    child.start()
    return child, ours, ours.recv()


async def ask(port, greeting, line):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    if greeting:
        writer.write(greeting)
        await reader.readuntil(b"\r\n\r\n")
    for _ in range(REQUESTS // CONNECTIONS):
        writer.write(line + BROWSER_HEADERS)
        await reader.readexactly(len(ANSWER))
    writer.close()


async def load(port, line, greeting=b""):
    started = time.perf_counter()
    await asyncio.gather(*(ask(port, greeting, line) for _ in range(CONNECTIONS)))
    return REQUESTS / (time.perf_counter() - started)


def main():
    server, server_pipe, port = process(run_server)
    proxy, proxy_pipe, proxy_port = process(run_proxy)
    target = f"127.0.0.1:{port}".encode()
    straight = asyncio.run(load(port, b"GET / HTTP/1.1\r\n"))
    print(f"{'straight':10} {straight:8.0f} requests/s")  # noqa: T201 - its output is for a person at a terminal
    for name, line, greeting in (
        ("http", b"GET http://%b/ HTTP/1.1\r\n" % target, b""),
        ("tunnel", b"GET / HTTP/1.1\r\n", b"CONNECT %b HTTP/1.1\r\n\r\n" % target),
    ):
        proxy_pipe.send(True)
        before = proxy_pipe.recv()
        rate = asyncio.run(load(proxy_port, line, greeting))
        proxy_pipe.send(True)
        cpu = (proxy_pipe.recv() - before) / REQUESTS * 1e6
        share = rate / straight
        print(f"{name:10} {rate:8.0f} requests/s {share:6.2f} of straight {cpu:6.0f} us of the proxy's CPU each")  # noqa: T201 - as above
    for child, pipe in ((server, server_pipe), (proxy, proxy_pipe)):
        pipe.send(False)
        child.join()


if __name__ == "__main__":
    main()

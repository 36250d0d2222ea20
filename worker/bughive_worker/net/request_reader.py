"""Frames a client's requests: where each begins, where it goes, where its body ends."""

from http import HTTPStatus
from typing import Protocol as Interface

import httptools

from bughive_worker.net.request_head import BadRequest, Header, Target, read_connect, rewrite

MAX_HEAD = 64 * 1024


class Passage(Interface):
    """What is done with a request's parts."""

    def tunnel(self, target: Target) -> None:
        """Connect to ``target``; all that follows is passed on unread."""

    def request(self, target: Target, head: bytes) -> None:
        """Begin a request."""

    def send(self, data: bytes) -> None:
        """Go on with the request or the tunnel."""


class RequestReader:
    """Feeds one client's bytes, as they come, to a Passage. Its ``on_`` methods are httptools' callbacks."""

    def __init__(self, passage: Passage) -> None:
        self._passage = passage
        self._parser = httptools.HttpRequestParser(self)
        self._url = b""
        self._headers: list[Header] = []
        self._head_size = 0
        self._in_head = True
        self._chunked = False
        self._problem: BadRequest | None = None
        self.piped = False
        """A tunnel or a websocket: from here on nothing is read."""

    @property
    def in_head(self) -> bool:
        """Whether a request has begun whose head is not complete."""
        return self._in_head and self._head_size > 0

    def feed(self, data: bytes) -> None:
        """Take what arrived. Raises BadRequest; nothing more may be fed then."""
        if self.piped:
            self._passage.send(data)
            return
        rest = b""
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self.piped = True
            rest = data[upgrade.args[0] :]
        except httptools.HttpParserError as error:
            raise self._problem or BadRequest(f"this is no HTTP request: {error}") from error
        if self._problem is not None:
            raise self._problem
        if self._in_head:
            self._head_size += len(data)
            if self._head_size > MAX_HEAD:
                raise BadRequest("the headers are too large", HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        if rest:
            self._passage.send(rest)

    def on_message_begin(self) -> None:
        """A request begins."""
        self._url, self._headers, self._head_size, self._in_head = b"", [], 0, True

    def on_url(self, url: bytes) -> None:
        """A piece of the request's URL."""
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header; trailers come here too and are left out."""
        if self._in_head:
            self._headers.append((name, value))

    def on_headers_complete(self) -> None:
        """The head is complete."""
        self._in_head = False
        if self._problem is not None:
            return
        method = self._parser.get_method()
        try:
            if method == b"CONNECT":
                self._passage.tunnel(read_connect(self._url))
                return
            start = (method, self._url, self._parser.get_http_version())
            head = rewrite(start, self._headers, keep_alive=self._parser.should_keep_alive())
            self._chunked = head.chunked
            self._passage.request(head.target, head.data)
        except BadRequest as problem:  # an exception would be lost in the parser
            self._problem = problem

    def on_body(self, body: bytes) -> None:
        """A piece of the body, without its chunk's frame."""
        if self._problem is None:
            self._passage.send(b"%x\r\n%b\r\n" % (len(body), body) if self._chunked else body)

    def on_message_complete(self) -> None:
        """The request is complete."""
        if self._chunked and self._problem is None:
            self._passage.send(b"0\r\n\r\n")
        self._chunked = False

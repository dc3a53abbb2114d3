"""A server on this machine that misbehaves as it is told."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

import pytest


@dataclass
class Server:
    """Answers each request with the next of `answers`, and goes on with the last one.

    Attributes
    ----------
    body : bytes
        The file, whatever its path.
    tag : str or None
        Its ETag.
    asked : list of dict
        The headers of each request.
    closing : Event
        Set when the test is over; a stalled answer waits for it.
    """

    body: bytes = b""
    tag: str | None = '"1"'
    answers: list[Callable[["Server", BaseHTTPRequestHandler], None]] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    closing: Event = field(default_factory=Event)
    url: str = ""

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        self.asked.append(dict(request.headers))
        turn = min(len(self.asked), len(self.answers))
        (self.answers[turn - 1] if self.answers else send())(self, request)

    @property
    def ranges(self) -> list[str | None]:
        return [headers.get("Range") for headers in self.asked]


Answer = Callable[[Server, BaseHTTPRequestHandler], None]


def send(upto: int | None = None, *, ranges: bool = True, stall: bool = False, **headers: Any) -> Answer:
    """The file, or what is asked of it.

    Parameters
    ----------
    upto : int, optional
        The connection ends before this byte of the file.
    ranges : bool
        Whether the server knows ranges.
    stall : bool
        Rather than end the connection, send nothing more.
    headers
        Instead of the true ones, with _ for -; None leaves one out.
    """

    def answer(server: Server, request: BaseHTTPRequestHandler) -> None:
        size, asked = len(server.body), request.headers.get("Range")
        same = request.headers.get("If-Range") in (None, server.tag)
        start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked and ranges and same else 0
        told: dict[str, Any] = {"Content-Length": size - start, "ETag": server.tag}
        if start:
            told["Content-Range"] = f"bytes {start}-{size - 1}/{size}"
        told |= {name.replace("_", "-"): value for name, value in headers.items()}
        request.send_response(206 if start else 200)
        for name, value in told.items():
            if value is not None:
                request.send_header(name, str(value))
        request.end_headers()
        request.wfile.write(server.body[start:upto])
        if stall:
            server.closing.wait(20)

    return answer


def refuse(status: int, body: bytes = b"", **headers: str) -> Answer:
    def answer(server: Server, request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    return answer


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    made = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.answer(self)

        def log_message(self, *_: object) -> None:
            pass

    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        made.url = f"http://127.0.0.1:{listening.server_port}"
        thread = Thread(target=listening.serve_forever, args=(0.01,))
        thread.start()
        yield made
        made.closing.set()
        listening.shutdown()
        thread.join()

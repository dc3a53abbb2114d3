"""A server on this machine that speaks OpenAI's protocol, as well or as badly as it is told."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any

Body = dict[str, Any]
Answer = Callable[["ModelServer", BaseHTTPRequestHandler, Body], None]


@dataclass
class ModelServer:
    """Answers about each text as `judge` says, unless `answers` has something for the text.

    Attributes
    ----------
    judge : callable
        From the text to the content of an answer.
    answers : dict
        By text: how it is answered instead, each time it is asked; of a list one after another, the last one for good.
    asked : list of dict
        The bodies of all requests.
    headers : list of dict
        Their headers.
    closing : Event
        Set when the test is over; what stalls waits for it.
    """

    judge: Callable[[str], str] = lambda text: json.dumps({"label": "yes" if "loved" in text else "no"})
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    asked: list[Body] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    closing: Event = field(default_factory=Event)
    url: str = ""
    _lock: Lock = field(default_factory=Lock)

    @property
    def texts(self) -> list[str]:
        """Those that were asked about, in order."""
        return [text_of(body) for body in self.asked]

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        body = json.loads(request.rfile.read(int(request.headers["Content-Length"])))
        with self._lock:
            self.asked.append(body)
            self.headers.append(dict(request.headers) | {"path": request.path})
            turns = self.answers.get(text_of(body), [])
            how = turns.pop(0) if len(turns) > 1 else turns[0] if turns else None
        (how or say(self.judge(text_of(body))))(self, request, body)


def text_of(body: Body) -> str:
    return str(json.loads(body["messages"][-1]["content"]).get("text", ""))


def completion(content: str, finish: str = "stop", usage: Any = None) -> bytes:
    usage = {"prompt_tokens": 100, "completion_tokens": 5} if usage is None else usage
    message = {"role": "assistant", "content": content}
    return json.dumps({"choices": [{"message": message, "finish_reason": finish}], "usage": usage}).encode()


def send(data: bytes, status: int = 200, *, upto: int | None = None, **headers: str) -> Answer:
    """Bytes; `upto`: the connection ends before that one."""

    def answer(server: ModelServer, request: BaseHTTPRequestHandler, body: Body) -> None:
        request.send_response(status)
        for name, value in ({"Content-Length": str(len(data))} | headers).items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        request.wfile.write(data[:upto])

    return answer


def say(content: str, finish: str = "stop", usage: Any = None) -> Answer:
    """A completion."""
    return send(completion(content, finish, usage))


def stall(server: ModelServer, request: BaseHTTPRequestHandler, body: Body) -> None:
    """Nothing comes."""
    server.closing.wait(20)
    request.close_connection = True


def without_schema(then: Answer) -> Answer:
    """Refuse schemas, as older servers do."""

    def answer(server: ModelServer, request: BaseHTTPRequestHandler, body: Body) -> None:
        refused = send(b'{"error": {"message": "unknown field response_format"}}', 400)
        (refused if "response_format" in body else then)(server, request, body)

    return answer


@contextmanager
def serving() -> Iterator[ModelServer]:
    """A server on a free port of 127.0.0.1."""
    server = ModelServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            try:
                server.answer(self)
            except ConnectionError:  # the client has had enough
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    thread = Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    server.url = f"http://127.0.0.1:{http.server_port}"
    try:
        yield server
    finally:
        server.closing.set()
        http.shutdown()
        http.server_close()
        thread.join()

"""The server itself: whom it answers, and what it does before."""

import json
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

WEB_SOCKET = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


def status(server: str, path: str, host: str, headers: dict[str, str] | None = None) -> int:
    """The status of the answer to a request for `host`: another site's name may be led to this machine."""
    connection = HTTPConnection(urlsplit(server).netloc, timeout=60)
    connection.request("GET", path, headers={"Host": host, **(headers or {})})
    answered = connection.getresponse().status
    connection.close()
    return answered


@pytest.mark.parametrize(
    "path", ["/", "/results", "/_stcore/health", "/_stcore/host-config", "/media/x.png", "/component/x"]
)
def test_requests_under_another_name_are_refused(path: str, server: str) -> None:
    port = urlsplit(server).port
    for host in ("evil.example", f"evil.example:{port}", "127.0.0.1.evil.example", "localhost@evil.example", ""):
        assert status(server, path, host) == 400
    for host in ("localhost", f"127.0.0.1:{port}"):
        assert status(server, path, host) != 400


def test_leftovers_are_gone_before_it_answers(server: str, leftover: Path, workspace_dir: Path) -> None:
    assert not leftover.exists()
    said = f"{leftover} was left behind and is removed."
    assert said in (workspace_dir / "server.log").read_text()
    (log,) = (workspace_dir / "logs").glob("server-*.jsonl")
    assert said in [json.loads(line)["said"] for line in log.read_text().splitlines()]


def test_web_sockets_under_another_name_or_from_another_site(server: str) -> None:
    own = urlsplit(server).netloc
    assert status(server, "/_stcore/stream", own, WEB_SOCKET | {"Origin": server}) == 101
    assert status(server, "/_stcore/stream", "evil.example", WEB_SOCKET | {"Origin": "http://evil.example"}) in (
        400,
        403,
    )
    assert status(server, "/_stcore/stream", own, WEB_SOCKET | {"Origin": "http://evil.example"}) == 403

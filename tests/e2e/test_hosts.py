"""A request under a name that is not the workbench's is refused: another site's name may be led to this machine."""

from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

WEB_SOCKET = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


def status(server: str, path: str, host: str, headers: dict[str, str] | None = None) -> int:
    """The status of the answer to a request that says it is for `host`."""
    connection = HTTPConnection(urlsplit(server).netloc, timeout=60)
    connection.request("GET", path, headers={"Host": host, **(headers or {})})
    answered = connection.getresponse().status
    connection.close()
    return answered


@pytest.mark.parametrize(
    "path", ["/", "/results", "/_stcore/health", "/_stcore/host-config", "/media/x.png", "/component/x"]
)
def test_plain_requests(path: str, server: str) -> None:
    port = urlsplit(server).port
    for host in ("evil.example", f"evil.example:{port}", "127.0.0.1.evil.example", "localhost@evil.example", ""):
        assert status(server, path, host) == 400
    for host in ("localhost", f"127.0.0.1:{port}"):
        assert status(server, path, host) != 400


def test_web_sockets(server: str) -> None:
    own = urlsplit(server).netloc
    assert status(server, "/_stcore/stream", own, WEB_SOCKET | {"Origin": server}) == 101
    assert status(server, "/_stcore/stream", "evil.example", WEB_SOCKET | {"Origin": "http://evil.example"}) in (
        400,
        403,
    )
    assert status(server, "/_stcore/stream", own, WEB_SOCKET | {"Origin": "http://evil.example"}) == 403

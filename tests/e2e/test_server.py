"""The server itself: whom it answers, what it does before, and that what the data says is text to it."""

import json
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import goto, settled
from tests.e2e.hostile import NAME, TEXT, hostile
from weakrec_core.runs.card import render_card
from weakrec_core.runs.report import render_report
from weakrec_core.workspace import Workspace

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


_INJECTED = """() => [...document.querySelectorAll("a, img, script, iframe, object, embed, link, svg, image, use")].filter(e =>
    e.tagName === "A" ? e.hostname === "evil.x" || e.protocol === "javascript:"
    : [...e.attributes].some(a => /evil|pwned/.test(a.value)) || /^\\s*pwned/.test(e.textContent)).map(e => e.outerHTML)"""


def _only_text(page: Page) -> bool:
    """Nothing of what texts say was done; whether they are there to be read."""
    assert page.evaluate("typeof pwned") == "undefined"
    assert page.evaluate(_INJECTED) == []
    return "onerror=pwned=1" in page.inner_text("body")


def test_markup_in_every_text_stays_text(
    page: Page, server: str, workspace_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On every page, in the report and the run's card; the fixture of the page sees to it that no other host is asked."""
    monkeypatch.setenv("WEAKREC_HOME", str(workspace_dir))
    with hostile(Workspace(workspace_dir)) as made:
        read = {}
        page.goto(f"{server}/Labeling_functions?dataset={made.dataset}&draft={made.draft}")
        expect(page.get_by_text("LF analysis on dev")).to_be_visible()
        settled(page)
        read["Labeling functions"] = _only_text(page)
        for title in ("Error analysis", "Label model", "Training", "Data", "Overview"):
            goto(page, title)
            read[title] = _only_text(page)
        for address in ("Results?", "Presentation?slide=reader&"):
            page.goto(f"{server}/{address}run={made.run.id}&dataset={made.dataset}&draft={made.draft}")
            settled(page)
            read[address.split("?")[0]] = _only_text(page)
        page.goto(f"{server}/Recommendations?{urlencode(made.recommended)}")
        expect(page.get_by_text("fits what was read").first).to_be_visible()
        settled(page)
        read["Recommendations"] = _only_text(page)
        page.set_content(render_report(made.run))
        read["report"] = _only_text(page)
        assert NAME not in render_card(made.run) and TEXT not in render_card(made.run)
        drawn_on_canvas = {"Label model", "Training", "Overview"}  # whose tables hold the names
        assert {title for title, shown in read.items() if shown} == read.keys() - drawn_on_canvas

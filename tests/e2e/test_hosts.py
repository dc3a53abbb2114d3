"""No page asks another host for anything."""

from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from tests.e2e.browser import goto, navigation, settled


def test_every_page_asks_the_server_alone(page: Page, server: str, runs: list[str]) -> None:
    """By a click on its entry in the navigation and by its address."""
    asked: set[str] = set()
    page.on("request", lambda request: asked.add(request.url))
    page.on("websocket", lambda socket: asked.add(socket.url))
    page.goto(server)
    expect(page.get_by_text("7 · Recommendations")).to_be_visible()
    settled(page)
    names = [link.inner_text().splitlines()[-1] for link in navigation(page).get_by_role("link").all()]
    assert len(names) == 8
    for name in names:
        goto(page, name)
        page.reload()
        expect(page).to_have_title(f"{name} · Weakrec Workbench")
        settled(page)
    page.goto(f"{server}/Results?run={runs[0]}&run={runs[1]}")
    expect(page.get_by_text("2 runs compared")).to_be_visible()
    settled(page)
    assert f"{server}/Results" in {url.split("?")[0] for url in asked}
    assert {urlsplit(url).netloc for url in asked if not url.startswith(("data:", "blob:"))} == {
        urlsplit(server).netloc
    }

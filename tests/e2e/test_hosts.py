"""No page asks another host for anything."""

from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from tests.e2e.browser import goto, settled


def test_every_page_asks_the_server_alone(page: Page, server: str, runs: list[str]) -> None:
    """By a click on its entry in the navigation and by its address."""
    asked: set[str] = set()
    page.on("request", lambda request: asked.add(request.url))
    page.on("websocket", lambda socket: asked.add(socket.url))
    page.goto(server)
    expect(page.get_by_text("7 · Recommendations")).to_be_visible()
    settled(page)
    links = page.get_by_test_id("stSidebarNavLink").all()
    addresses = {link.inner_text().strip().splitlines()[-1]: link.get_attribute("href") for link in links}
    assert len(addresses) == 8
    for name, address in addresses.items():
        goto(page, name)
        page.goto(f"{server}{urlsplit(address or '').path}")
        expect(page.get_by_test_id("stMain").locator("h1, h2, h3").first).to_be_visible()
        settled(page)
    page.goto(f"{server}/Results?run={runs[0]}&run={runs[1]}")
    expect(page.get_by_text("2 runs compared")).to_be_visible()
    settled(page)
    assert f"{server}/Results" in {url.split("?")[0] for url in asked}
    assert {urlsplit(url).netloc for url in asked if not url.startswith(("data:", "blob:"))} == {
        urlsplit(server).netloc
    }

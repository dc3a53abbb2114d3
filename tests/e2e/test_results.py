"""The Results page in a browser: two runs compared, and the report opened without a network."""

from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.e2e.axe import violations
from tests.e2e.browser import select_row, settled


def test_two_runs_are_compared(page: Page, server: str, runs: list[str]) -> None:
    page.goto(f"{server}/Results?run={runs[1]}")
    expect(page.get_by_role("heading", name=f"Run {runs[1]}")).to_be_visible()
    expect(page.get_by_test_id("stMetric").filter(has_text="Test AUC")).to_be_visible()
    settled(page)
    page.get_by_role("textbox", name="Search").fill("demo")
    page.get_by_role("textbox", name="Search").press("Enter")
    settled(page)
    # The newest run is chosen; the box of the row below adds the older one.
    select_row(page.get_by_test_id("stDataFrame").first, 1)
    expect(page.get_by_role("heading", name="2 runs compared")).to_be_visible()
    settled(page)
    expect(page.get_by_text(f"Test metrics beside those of {runs[0]}")).to_be_visible()
    expect(page.get_by_text("on the same")).to_be_visible()
    expect(page.get_by_text("added stars_high (threshold)")).to_be_visible()
    expect(page.get_by_test_id("stVegaLiteChart").first.locator("svg, canvas").first).to_be_visible()
    metrics = page.get_by_test_id("stDataFrame").nth(1)
    expect(metrics.get_by_text("NDCG@10")).to_be_attached()
    page.get_by_text("top 5", exact=True).click()
    expect(metrics.get_by_text("NDCG@5", exact=True)).to_be_attached()
    assert sorted(part.split("=")[1] for part in page.url.split("?")[1].split("&") if part.startswith("run=")) == runs
    expect(page.get_by_text("optimistic estimate")).to_be_visible()
    assert not violations(page)


def test_a_report_is_taken_along_and_a_link_made_and_followed(
    page: Page, browser: Browser, server: str, runs: list[str], tmp_path: Path
) -> None:
    page.goto(f"{server}/Results?run={runs[1]}")
    expect(page.get_by_role("heading", name=f"Run {runs[1]}")).to_be_visible()
    settled(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Report").click()
    report = tmp_path / "report.html"
    download.value.save_as(report)
    opens_offline(browser, report)

    page.get_by_role("button", name="Share").click()
    page.get_by_role("button", name="Make a link").click()
    link = page.get_by_test_id("stCode").inner_text().strip()
    page.goto(f"{link}&k=10")  # a reader without books, for whom no model is loaded
    expect(page.get_by_role("heading", name=f"Run {runs[1]}")).to_be_visible()
    settled(page)
    assert not violations(page)
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Report").click()
    expect(opened.value.locator("#ranking svg")).to_be_visible()
    assert opened.value.evaluate("self.origin") == "null"  # of no origin: its scripts reach nothing of the workbench


def opens_offline(browser: Browser, report: Path) -> None:
    context = browser.new_context(offline=True, color_scheme="light")
    opened = context.new_page()
    said: list[str] = []
    asked: list[str] = []
    opened.on("console", lambda message: said.append(message.text))
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.on("request", lambda request: asked.append(request.url))
    opened.goto(report.as_uri())
    for place, marks in (("ranking", 5), ("ratings", 4), ("reliability", 2), ("loss", 2)):
        expect(opened.locator(f"#{place} svg")).to_be_visible()
        assert opened.locator(f"#{place} svg .mark-symbol path").count() >= marks, place
    expect(opened.get_by_role("heading", name="Recommendations from weak labels: demo")).to_be_visible()
    expect(opened.get_by_role("cell", name="stars_high")).to_be_visible()
    background = "getComputedStyle(document.body).backgroundColor"
    assert opened.evaluate(background) == "rgb(255, 255, 255)"
    opened.emulate_media(color_scheme="dark")
    assert opened.evaluate(background) == "rgb(18, 23, 28)"
    assert opened.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    opened.get_by_role("button", name="Show as").click()
    for _ in range(20):
        opened.keyboard.press("ArrowRight")
    expect(opened.get_by_role("heading", name="What these figures do not say")).to_be_visible()
    assert opened.locator(".slide.shown").evaluate("slide => slide.scrollHeight <= slide.clientHeight")
    opened.keyboard.press("Escape")
    expect(opened.get_by_role("cell", name="stars_high")).to_be_visible()
    assert said == []
    assert asked == [report.as_uri()]
    context.close()

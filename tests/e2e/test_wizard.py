"""One's own table in a browser: from a file to the table of LFs."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.browser import lf_table, settled


def test_from_a_file_to_the_lf_table(page: Page, server: str, tmp_path: Path) -> None:
    """Four clicks, the one in the browser's own dialog aside."""
    rows = [f"{u};{b};{'5,0' if (u + b) % 3 else '1,5'};Ein Buch, {'schön' if (u + b) % 3 else 'öde'} und lang genug für Leser {u}{b}"
            for u in range(60) for b in range(u % 2, 16, 2)]  # fmt: skip
    path = tmp_path / "romane.csv"  # after the demo, which stays the first dataset
    path.write_text("\n".join(["Kunde;Buch;Bewertung;Kommentar", *rows]) + "\n", encoding="latin-1")
    page.goto(f"{server}/Data?dataset=demo")
    page.get_by_text("New dataset").click()
    page.locator("input[type=file]").first.set_input_files(path)
    expect(page.get_by_text("480 rows · 4 columns · cp1252 · separated by semicolon")).to_be_visible()
    expect(page.get_by_text("480 rows read = 480 rated + 0 not rated")).to_be_visible()
    expect(page.get_by_test_id("stVegaLiteChart").locator("svg, canvas").first).to_be_visible()
    settled(page)
    page.get_by_role("button", name="Make the dataset").click()
    expect(page.get_by_text("Dataset 'romane' is made and open.")).to_be_visible()
    settled(page)
    page.get_by_test_id("stMain").get_by_role("link", name="Labeling functions").click()
    expect(page.get_by_text("LF analysis on dev")).to_be_visible()
    expect(lf_table(page)).to_be_visible()
    expect(page).to_have_url(f"{server}/Labeling_functions?dataset=romane&draft={page.url.partition('draft=')[2]}")

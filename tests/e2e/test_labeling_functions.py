"""The Labeling functions page in a browser: every control, two people at once, reloads, the keyboard."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.axe import violations_inside
from tests.e2e.browser import cell, goto, labeling_page, lf_table, select_row, settled
from weakrec_core.labeling.versions import load_version, save_version
from weakrec_core.workspace import Workspace

_N = 9


@pytest.fixture(autouse=True)
def no_version_of_earlier_tests(workspace_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEAKREC_HOME", str(workspace_dir))
    for path in (workspace_dir / "lf_sets").glob("*/*.yaml"):
        path.unlink()


def test_a_suggestion_added_with_a_click_and_undone_then_an_lf_added_duplicated_and_deleted(
    page: Page, server: str
) -> None:
    labeling_page(page, server)
    page.get_by_role("button", name="Signals").click()
    expect(page.get_by_role("dialog").get_by_test_id("stDataFrame")).to_be_visible()
    assert not violations_inside(page, "[role=dialog]")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.locator(".st-key-suggest button").click()
    found = page.get_by_role("dialog").get_by_test_id("stDataFrame").first
    expect(found).to_be_visible()
    assert not violations_inside(page, "[role=dialog]")
    select_row(found, 0)
    page.get_by_role("button", name="Add 1 selected").click()
    expect(page.get_by_text("unsaved edits")).to_be_visible()
    expect(page.get_by_text("6 LFs on")).to_be_visible()
    settled(page)
    page.get_by_role("button", name="History").click()
    expect(page.get_by_text("on dev by the label model")).to_be_visible()
    assert not violations_inside(page, "[role=dialog]")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.locator(".st-key-icon_undo button").first.click()
    expect(page.get_by_text("5 LFs on")).to_be_visible()
    expect(page.get_by_text("unsaved edits")).to_have_count(0)
    settled(page)

    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_text("Several conditions together").click()
    page.get_by_role("textbox", name="Name").fill("loved_and_positive")
    page.get_by_test_id("stFormSubmitButton").get_by_role("button", name="Add").click()
    expect(cell(page, 2, 5)).to_have_text("loved_and_positive")
    expect(page.get_by_text("unsaved edits")).to_be_visible()
    more = page.get_by_role("button", name="More on this LF")
    more.click()
    page.get_by_test_id("stPopoverBody").get_by_role("button", name="Duplicate").click()
    expect(cell(page, 2, 6)).to_have_text("loved_and_positive_2")
    settled(page)
    more.click()
    page.get_by_test_id("stPopoverBody").get_by_role("button", name="Delete").click()
    expect(cell(page, 2, 6)).to_have_count(0)
    page.locator(".st-key-icon_undo button").first.click()
    expect(cell(page, 2, 6)).to_have_text("loved_and_positive_2")


def test_an_invalid_regex_is_named_and_valid_edits_survive_a_reload_and_a_page_switch(page: Page, server: str) -> None:
    """The last valid state stays in force."""
    labeling_page(page, server)
    votes = cell(page, _N, 0).inner_text()
    group = page.get_by_role("combobox", name="votes NEGATIVE")
    group.click()
    group.fill("boring")
    group.press("Enter")
    expect(page.get_by_text("unsaved edits")).to_be_visible()
    expect(cell(page, _N, 0)).not_to_have_text(votes)
    settled(page)
    page.get_by_text("regex", exact=True).click()
    settled(page)
    votes = cell(page, _N, 0).inner_text()
    group.click()
    group.fill("(?=look)ahead")
    group.press("Enter")
    expect(page.get_by_text("look-around")).to_be_visible()
    expect(page.get_by_text("The last valid state stays in force")).to_be_visible()
    expect(cell(page, _N, 0)).to_have_text(votes)
    settled(page)
    page.reload()
    expect(page.get_by_text("boring", exact=True).first).to_be_visible()
    goto(page, "Data")
    goto(page, "Labeling functions")
    expect(page.get_by_text("boring", exact=True).first).to_be_visible()


def test_two_people_saving_at_once(page: Page, server: str, workspace_dir: Path) -> None:
    other = page.context.new_page()
    for tab in (page, other):
        labeling_page(tab, server)
    for tab, keyword in ((page, "mine"), (other, "theirs")):
        group = tab.get_by_role("combobox", name="votes NEGATIVE")
        group.click()
        group.fill(keyword)
        group.press("Enter")
        expect(tab.get_by_text("unsaved edits")).to_be_visible()
        settled(tab)
    for tab, outcome in ((other, "Save v2"), (page, "Somebody has saved in the meantime")):
        tab.locator(".st-key-save_tutorial_0 button").first.click()
        expect(tab.locator(".st-key-save_now button")).to_be_visible()
        assert not violations_inside(tab, "[data-testid=stPopoverBody]")
        tab.locator(".st-key-save_now button").click()
        expect(tab.get_by_text(outcome).first).to_be_visible()
    expect(page.get_by_text("Somebody has saved in the meantime")).to_be_visible()
    expect(page.get_by_text("+ theirs")).to_be_visible()
    assert not violations_inside(page, "[role=dialog]")
    page.get_by_role("button", name="Save mine as v2").click()
    expect(page.get_by_text("Save v3")).to_be_visible()
    assert "theirs" in load_version(Workspace(workspace_dir), "tutorial", 1).lf_set.to_yaml()
    assert "mine" in load_version(Workspace(workspace_dir), "tutorial", 2).lf_set.to_yaml()


def test_a_hundred_lfs(page: Page, server: str, workspace_dir: Path) -> None:
    shipped = load_version(Workspace(workspace_dir), "tutorial").lf_set
    many = tuple(shipped.lfs[i % 5].model_copy(update={"name": f"lf_{i}"}) for i in range(100))
    save_version(Workspace(workspace_dir), shipped.model_copy(update={"lfs": many}), 0)
    labeling_page(page, server)
    expect(page.get_by_text("100 LFs on")).to_be_visible()
    expect(cell(page, 2, 0)).to_have_text("lf_0")


def test_by_keyboard_an_lf_and_its_threshold_and_by_what_charts_say_and_a_click_on_the_sweep(
    page: Page, server: str
) -> None:
    """Popovers take the focus along."""
    labeling_page(page, server)
    box, export = (
        page.get_by_role("combobox", name="Labeling function", exact=True),
        page.get_by_role("button", name="Export", exact=True),
    )
    export.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("stPopoverBody").locator(":focus")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(export).to_be_focused()
    page.keyboard.press("Tab")
    expect(box).to_be_focused()
    expect(box).to_have_value("stars_in_review")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(lf_table(page).locator("tr[aria-rowindex='4']")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("heading", name="polarity_positive")).to_be_visible()
    expect(page).to_have_url(re.compile("lf=polarity_positive"))
    settled(page)

    slider = page.get_by_role("slider", name="Threshold")
    slider.focus()
    votes = cell(page, _N, 2).inner_text()
    for _ in range(8):
        page.keyboard.press("ArrowRight")
    expect(cell(page, _N, 2)).not_to_have_text(votes)
    settled(page)
    charts = page.get_by_test_id("stVegaLiteChart")
    expect(charts.nth(0)).to_have_attribute("aria-label", re.compile("Histogram of polarity"))
    expect(charts.nth(1)).to_have_attribute("aria-label", re.compile("Precision"))
    for control in page.locator("main input:visible, main textarea:visible, main button:visible").all():
        name = control.evaluate(
            "e => e.getAttribute('aria-label') || e.getAttribute('title') || e.innerText || (e.labels && e.labels[0]?.innerText)"
        )
        assert name, control.evaluate("e => e.outerHTML.slice(0, 200)")
    before = slider.get_attribute("aria-valuenow")
    sweep = charts.nth(1)
    sweep.scroll_into_view_if_needed()
    box = sweep.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] * 0.72, box["y"] + box["height"] * 0.4)
    expect(slider).not_to_have_attribute("aria-valuenow", before or "")

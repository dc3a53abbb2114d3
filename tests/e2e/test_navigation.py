"""What is open stays open: dataset and draft across the navigation, links, reloads and the browser's way back."""

import re
import shutil
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.axe import violations, violations_in_popovers, violations_inside
from tests.e2e.browser import goto, navigation, settled

_PAGES = {
    "Overview": "",
    "Data": "Data",
    "Labeling functions": "Labeling_functions",
    "Error analysis": "Error_analysis",
    "Label model": "Label_model",
    "Training": "Training",
    "Results": "Results",
    "Recommendations": "Recommendations",
}


@pytest.fixture(scope="module", autouse=True)
def three_datasets(server: str, workspace_dir: Path) -> None:
    """Two more than the demo, which stays the first in the list; of the same content, whose signals are there."""
    for name in ("nordic", "sagas"):
        shutil.copytree(workspace_dir / "datasets" / "demo", workspace_dir / "datasets" / name)


def parameter(page: Page, name: str) -> str | None:
    values = parse_qs(urlsplit(page.url).query).get(name)
    return values[0] if values else None


def chosen(page: Page) -> Locator:
    """The choice of the dataset in the sidebar."""
    return page.get_by_test_id("stSidebar").get_by_role("combobox", name="Dataset")


def expect_open(page: Page, title: str, dataset: str) -> None:
    """The page and the dataset, by the title, the sidebar and the address."""
    expect(page).to_have_title(f"{title} · Weakrec Workbench")
    expect(chosen(page)).to_have_value(dataset)
    expect(page).to_have_url(re.compile(rf"/{_PAGES[title]}\?(.*&)?dataset={dataset}(&|$)"))
    settled(page)


def test_the_dataset_of_a_link_stays_on_every_page_and_all_are_accessible(page: Page, server: str) -> None:
    page.goto(f"{server}/Error_analysis?dataset=sagas")
    expect_open(page, "Error analysis", "sagas")
    popovers: set[str] = set()
    for title in _PAGES:
        goto(page, title)
        expect_open(page, title, "sagas")
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        assert not violations(page), title
        assert not violations_in_popovers(page, popovers), title
    assert popovers >= {"LF sets", "Add", "Export", "More on this LF", "Settings"}
    goto(page, "Overview")
    page.get_by_role("button", name="Take the tour").click()
    expect(page.get_by_text("Tour · 1 of 5")).to_be_visible()
    assert not violations_inside(page, ".st-key-tour")


def test_back_and_forward_bring_the_page_and_its_dataset_and_a_reload_keeps_the_draft(
    page: Page, server: str, workspace_dir: Path
) -> None:
    page.goto(f"{server}/Error_analysis?dataset=sagas")
    expect_open(page, "Error analysis", "sagas")
    goto(page, "Labeling functions")
    expect_open(page, "Labeling functions", "sagas")
    chosen(page).click()
    page.get_by_role("option", name="nordic").click()
    expect_open(page, "Labeling functions", "nordic")
    goto(page, "Data")
    expect_open(page, "Data", "nordic")
    page.go_back()
    expect_open(page, "Labeling functions", "nordic")
    page.go_back()
    expect_open(page, "Labeling functions", "sagas")
    page.go_back()
    expect_open(page, "Error analysis", "sagas")
    page.go_forward()
    expect_open(page, "Labeling functions", "sagas")

    draft, drafts = parameter(page, "draft"), sorted((workspace_dir / "drafts").iterdir())
    assert draft
    page.reload()
    expect_open(page, "Labeling functions", "sagas")
    assert parameter(page, "draft") == draft
    assert sorted((workspace_dir / "drafts").iterdir()) == drafts


def test_a_second_tab_on_the_same_address_goes_on_with_a_copy(page: Page, server: str) -> None:
    page.goto(f"{server}/Labeling_functions?dataset=nordic")
    expect_open(page, "Labeling functions", "nordic")
    second = page.context.new_page()
    second.goto(page.url)
    expect_open(second, "Labeling functions", "nordic")
    expect(second).not_to_have_url(re.compile(parameter(page, "draft") or "-"))
    group = second.get_by_role("combobox", name="votes NEGATIVE")
    group.click()
    group.fill("boring")
    group.press("Enter")
    expect(second.get_by_text("unsaved edits")).to_be_visible()
    page.reload()
    expect(page.get_by_text("LF analysis on dev")).to_be_visible()
    settled(page)
    expect(page.get_by_text("unsaved edits")).to_have_count(0)


def test_a_dataset_that_is_not_there_is_said_and_a_link_opens_another_one_in_a_new_tab(page: Page, server: str) -> None:
    page.goto(f"{server}/Data?dataset=gone")
    expect(page.get_by_text("There is no dataset 'gone'")).to_be_visible()
    expect_open(page, "Data", "demo")
    with page.context.expect_page() as opened:
        navigation(page).get_by_role("link", name="Training").click(button="middle")
    expect_open(opened.value, "Training", "demo")

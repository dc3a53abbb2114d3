"""The main job in a browser: from an empty workspace to test metrics."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import cell, goto, lf_table, select_row, serving, settled
from weakrec_core.runs.listing import list_runs
from weakrec_core.workspace import Workspace

_N = 9  # column of the table; the first one selects


@pytest.fixture
def empty_server(tmp_path: Path) -> Iterator[str]:
    """The workbench on an empty workspace; the demo that it makes on its first start is a small one."""
    with serving(tmp_path, WEAKREC_DEMO_USERS="400") as url:
        yield url


def test_from_an_empty_workspace_to_test_metrics(page: Page, empty_server: str, tmp_path: Path) -> None:
    page.goto(f"{empty_server}/Data")  # the first address that a server is asked for can be a page
    expect(page).to_have_title("Data · Weakrec Workbench")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("link", name="Or make the demo").click()
    expect(page.get_by_text("First start")).to_be_visible()
    expect(page.get_by_text("1 · Data")).to_be_visible()

    goto(page, "Labeling functions")
    expect(page.get_by_text("LF analysis on dev")).to_be_visible()
    before = cell(page, _N, 0).inner_text()
    group = page.get_by_role("combobox", name="votes NEGATIVE")
    group.click()
    group.fill("could not finish")
    group.press("Enter")
    expect(cell(page, _N, 0)).not_to_have_text(before)
    expect(page.get_by_text("unsaved edits")).to_be_visible()

    select_row(lf_table(page), 2)
    slider = page.get_by_role("slider", name="Threshold")
    votes = cell(page, _N, 2).inner_text()
    for _ in range(5):
        slider.press("ArrowRight")
    expect(cell(page, _N, 2)).not_to_have_text(votes)
    settled(page)

    goto(page, "Label model")
    expect(page.get_by_text("is recommended: log loss")).to_be_visible()

    goto(page, "Training")
    page.get_by_role("spinbutton", name="Epochs").fill("2")
    page.get_by_role("spinbutton", name="Epochs").press("Tab")
    page.get_by_role("spinbutton", name="Minutes").fill("5")
    page.get_by_role("spinbutton", name="Minutes").press("Tab")
    settled(page)
    page.get_by_role("button", name="Launch").click()
    read = page.get_by_role("link", name="Read its test metrics")
    expect(read).to_be_visible(timeout=240_000)
    expect(page.get_by_role("heading", name="succeeded")).to_be_visible()
    expect(page.get_by_test_id("stVegaLiteChart")).to_have_count(2)
    (run,) = list_runs(Workspace(tmp_path))
    assert (run.config.dataset, run.config.train["epochs"], run.config.budget) == ("demo", 2, 5.0)
    assert run.status.epoch == 2
    settled(page)  # the page is drawn anew when the run ends
    read.click()
    expect(page.get_by_test_id("stMetric").filter(has_text="Test AUC")).to_be_visible()
    auc = page.get_by_test_id("stMetricValue").first.inner_text()
    assert 0.4 < float(auc) < 1.0

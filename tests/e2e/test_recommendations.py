"""A reader composed in a browser, and a presentation that another tab opens by its address."""

import re
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import server_process, settled
from weakrec_core.data.dataset import Dataset, open_dataset
from weakrec_core.workspace import Workspace


@pytest.fixture(scope="module")
def dataset(server: str, workspace_dir: Path) -> Dataset:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WEAKREC_HOME", str(workspace_dir))
        return open_dataset(Workspace(workspace_dir), "demo")


@pytest.fixture(scope="module")
def run(runs: list[str]) -> str:
    """The newest run, which is chosen where the address names none."""
    return runs[-1]


def card(page: Page, rank: int) -> str:
    """The title on a card."""
    return page.locator(f".st-key-card_{rank} .title").inner_text().split(" ", 1)[1]


def test_compose_a_reader_and_present(page: Page, server: str, run: str, dataset: Dataset) -> None:
    page.goto(f"{server}/Recommendations")
    expect(page.locator(".st-key-card_10")).to_be_visible()
    page.get_by_text("Compose a reader").click()
    expect(page.get_by_text("Search for a book on the left")).to_be_visible()

    # A search with a letter left out in each word, found while it is typed.
    short = re.sub(r"\s*\(.*\)", "", dataset.books["title"].iat[1])
    page.get_by_role("searchbox").press_sequentially(
        " ".join(w[:2] + w[3:] if len(w) > 4 else w for w in short.split())
    )
    page.get_by_role("button", name=short).first.click()
    expect(page.get_by_text("Has read 1 book")).to_be_visible()
    expect(page.locator(".st-key-card_1")).to_contain_text("likely to like it")
    settled(page)

    first = card(page, 1)
    page.locator(".st-key-card_1").get_by_role("button", name="Already read").click()
    expect(page.get_by_text("Has read 2 books")).to_be_visible()
    expect(page.get_by_role("main").locator(".title", has_text=first)).to_have_count(0)
    settled(page)
    liked = card(page, 1)
    page.locator(".st-key-card_1").get_by_role("button", name="More like this").click()
    expect(page.get_by_text("Has read 3 books")).to_be_visible()
    settled(page)
    assert liked not in [card(page, rank) for rank in range(1, 11)]

    titles = [card(page, rank) for rank in range(1, 11)]
    page.reload()
    expect(page.locator(".st-key-card_10")).to_be_visible()
    settled(page)
    assert [card(page, rank) for rank in range(1, 11)] == titles

    page.get_by_role("button", name="Present").click()
    expect(page.get_by_text("Recommended books")).to_be_visible()
    other = page.context.new_page()
    other.goto(page.url)
    for presented in (page, other):
        expect(presented.get_by_text("For a reader of 3 books")).to_be_visible()
        expect(presented.locator(".book .title")).to_have_text([re.compile(re.escape(title)) for title in titles])
        expect(presented.get_by_test_id("stSidebar")).to_be_hidden()
        expect(presented.get_by_test_id("stHeader")).to_be_hidden()
        expect(presented.get_by_role("searchbox")).to_have_count(0)
        expect(presented.get_by_role("button", name="Already read")).to_have_count(0)
    other.close()
    page.locator(".st-key-icon_leave button").first.click()
    expect(page.get_by_role("searchbox")).to_be_visible()
    tensorflow_is_in_a_process_of_its_own(server, run)


def tensorflow_is_in_a_process_of_its_own(server: str, run: str) -> None:
    serving = server_process(server)
    (worker,) = (p for p in serving.children() if run in p.cmdline())

    def has_tensorflow(process: psutil.Process) -> bool:
        return any("tensorflow" in file.path for file in process.memory_maps())

    assert has_tensorflow(worker)
    assert not has_tensorflow(serving)

"""The machine goes down under a training and an ingest: what the next server shows, and what the open page finds."""

from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import free_port, labeling_page, server_process, serving, settled
from tests.e2e.test_training import FOREVER, button, held_after_an_epoch, launch, open_page, state
from weakrec_core.data.dataset import list_datasets
from weakrec_core.data.demo.raw_files import write_demo
from weakrec_core.data.ingest.goodreads import ingest_goodreads
from weakrec_core.data.ingest.ingest_jobs import unfinished_jobs
from weakrec_core.data.splits import SplitConfig
from weakrec_core.workspace import Workspace


def test_both_are_said_to_be_lost_and_the_page_finds_its_draft(
    page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, port = Workspace(tmp_path), free_port()
    monkeypatch.setenv("WEAKREC_HOME", str(tmp_path))
    ingest_goodreads(workspace, "small", **write_demo(tmp_path / "raw", users=120), splits=SplitConfig(dev_rows=300))
    table = tmp_path / "other.csv"
    rows = [f"{user},{item},{(user + item) % 5 + 1}" for user in range(90) for item in range(40)]
    table.write_text("\n".join(["user,item,rating", *rows]) + "\n")

    with serving(tmp_path, port) as url:
        labeling_page(page, url)
        page.get_by_test_id("stMain").get_by_text("On", exact=True).last.click()
        expect(page.get_by_text("4 LFs on")).to_be_visible()
        settled(page)
        with_draft = page.url

        open_page(page, f"{url}/Training?dataset=small")
        run = launch(page, FOREVER)
        training = held_after_an_epoch(page, run)
        page.goto(f"{url}/Data?dataset=small")
        page.get_by_text("New dataset").click()
        page.locator("input[type=file]").first.set_input_files(table)
        page.get_by_role("button", name="Make the dataset").click()
        while (job := unfinished_jobs(workspace).get("other")) is None or job.pid is None:
            assert "other" not in list_datasets(workspace)
            page.wait_for_timeout(20)
        ingest = psutil.Process(job.pid)
        ingest.suspend()
        server = server_process(url)
        for process in (server, training, ingest):
            process.kill()
        server.wait(60)

    with serving(tmp_path, port) as url:
        page.goto(f"{url}/Data?dataset=small")
        expect(page.get_by_text("Dataset 'other' was not made. The process ended without a word")).to_be_visible()
        page.goto(with_draft)
        expect(page.get_by_text("4 LFs on")).to_be_visible()
        open_page(page, f"{url}/Training?dataset=small&run={run.id}")
        state(page, "lost")
        expect(button(page, "Resume", run)).to_be_enabled()

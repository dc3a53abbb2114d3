"""Training in a browser: reload, cancel, go on, a queue, and a process that is killed; the whole job watches one to its end."""

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.browser import server_process, settled
from weakrec_core.data.demo.raw_files import write_demo
from weakrec_core.data.ingest.goodreads import ingest_goodreads
from weakrec_core.data.splits import SplitConfig
from weakrec_core.jobs.status import ACTIVE
from weakrec_core.runs.listing import list_runs
from weakrec_core.runs.store import Run
from weakrec_core.workspace import Workspace

FOREVER = 500  # epochs: more than fit into the seconds that a test takes


@pytest.fixture(scope="module")
def small(server: str, workspace_dir: Path) -> Iterator[str]:
    """The server, with a small dataset beside the demo; runs that are left are ended."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WEAKREC_HOME", str(workspace_dir))
        ingest_goodreads(
            Workspace(workspace_dir),
            "small",
            **write_demo(workspace_dir / "raw_small", users=120),
            splits=SplitConfig(dev_rows=300),
        )
        yield f"{server}/Training?dataset=small"
        for run in list_runs(Workspace.from_environment()):
            run.cancel()
            with suppress(psutil.Error):
                if run.status.state in ACTIVE and run.status.pid is not None:
                    psutil.Process(run.status.pid).resume()  # a test that failed may have left it still


def open_page(page: Page, url: str) -> None:
    page.goto(url)
    expect(page.get_by_text("New run")).to_be_visible()
    settled(page)


def launch(page: Page, epochs: int) -> Run:
    """Fill in the form, with the label model that is fitted at once, and launch; the newest run, when the page watches it."""
    before = {run.id for run in list_runs(Workspace.from_environment())}
    page.get_by_role("combobox", name="Label model").click()
    page.get_by_role("option", name="Majority vote").click()
    page.get_by_role("spinbutton", name="Epochs").fill(str(epochs))
    page.get_by_role("spinbutton", name="Epochs").press("Tab")
    page.get_by_role("button", name="Launch").click()
    expect(heading(page)).to_be_visible()
    expect(heading(page)).not_to_contain_text(re.compile("|".join(before) or "none before"))
    (new,) = [run for run in list_runs(Workspace.from_environment()) if run.id not in before]
    expect(heading(page)).to_contain_text(new.id)
    return new


def heading(page: Page) -> Locator:
    """Id and state of the run that is watched."""
    return page.get_by_role("heading", name=re.compile(r"\d{8}-\d{6}-[0-9a-f]{4}"))


def state(page: Page, name: str) -> None:
    expect(heading(page)).to_contain_text(name, timeout=180_000)


def button(page: Page, name: str, run: Run) -> Locator:
    return page.locator(f".st-key-{name.lower()}_{run.id}").get_by_role("button")


def press(page: Page, name: str, run: Run, before: str) -> None:
    """Press a button until its run leaves a state, as people do: a click in the moment of a redraw goes to nobody."""
    for _ in range(5):
        settled(page)
        with suppress(AssertionError):
            button(page, name, run).click()
            expect(heading(page)).not_to_contain_text(before, timeout=30_000)
            return
    raise AssertionError(f"{name} changes nothing.")


def an_epoch_is_drawn(page: Page) -> None:
    expect(page.get_by_text(re.compile(r"epoch [1-9]\d* of \d+ · at most .* left"))).to_be_visible()
    expect(page.get_by_test_id("stVegaLiteChart")).to_have_count(2)


def held_after_an_epoch(page: Page, run: Run, after: int = 0) -> psutil.Process:
    """The process of a run, stopped where it is: valid may end it at any moment, and the page is slow on a busy machine."""
    while not (len(run.epochs) > after and run.status.epoch > after):
        assert run.status.state in ACTIVE
        page.wait_for_timeout(50)
    assert run.status.pid is not None
    process = psutil.Process(run.status.pid)
    process.suspend()
    an_epoch_is_drawn(page)
    return process


def tensorflow_is_in(process: psutil.Process) -> bool:
    return any("tensorflow" in part.path for part in process.memory_maps())


def test_reload_a_queue_cancel_resume_a_kill_and_retry(page: Page, small: str) -> None:
    """One after the other, as each start of TensorFlow takes seconds; the server never has it."""
    open_page(page, small)
    first = launch(page, FOREVER)
    process = held_after_an_epoch(page, first)
    assert tensorflow_is_in(process)
    assert not tensorflow_is_in(server_process(small))
    page.reload()
    expect(heading(page)).to_contain_text(first.id)
    state(page, "running")
    an_epoch_is_drawn(page)
    settled(page)

    second = launch(page, 1)
    expect(page.get_by_text("Waiting: 1 run before it")).to_be_visible()
    expect(page.get_by_text("Queue", exact=True)).to_be_visible()
    button(page, "Watch", first).click()
    expect(heading(page)).to_contain_text(first.id)
    second.cancel()
    settled(page)
    button(page, "Cancel", first).click()
    expect(page.get_by_text("Cancelling after the batch at hand.")).to_be_visible()
    process.resume()
    state(page, "cancelled")
    done = first.status.epoch
    assert done >= 1
    assert len(first.epochs) == done

    press(page, "Resume", first, "cancelled")
    process = held_after_an_epoch(page, first, done)
    epochs = [e["epoch"] for e in first.epochs]
    assert len(epochs) > done
    assert epochs == list(range(1, len(epochs) + 1))
    process.kill()
    state(page, "lost")
    expect(page.get_by_text("The process ended without a word; see its log.")).to_be_visible()
    expect(page.get_by_test_id("stExpander").get_by_test_id("stCode")).to_be_visible()

    settled(page)
    before = {run.id for run in list_runs(Workspace.from_environment())}
    button(page, "Retry", first).click()
    expect(heading(page)).not_to_contain_text(first.id)
    (third,) = [run for run in list_runs(Workspace.from_environment()) if run.id not in before]
    assert third.config.train == first.config.train

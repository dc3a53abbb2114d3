"""Makes the pictures of the docs: `make screenshots`. Demo data and runs as newcomers get them; takes some minutes.

``python -m docs.screenshots [WORKSPACE]`` takes them of a workspace that is there, where one is given.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.browser import (
    BROWSERS,
    PROJECT,
    browsing,
    executable,
    labeling_page,
    lf_table,
    select_row,
    serving,
    settled,
    window,
)
from weakrec_core.data.dataset import list_datasets
from weakrec_core.runs.listing import list_runs
from weakrec_core.workspace import Workspace

DOCS = Path(__file__).resolve().parent
DEMO = "demo"


def prepare(workspace: Workspace) -> None:
    """Make the demo and train on it with each of the shipped LF sets, unless that has been done."""

    def command(*arguments: str) -> None:
        environment = os.environ | {"WEAKREC_HOME": str(workspace.root)}
        subprocess.run(
            [sys.executable, "-m", "weakrec_core", *arguments],
            cwd=PROJECT,
            env=environment,
            check=True,
            stdout=subprocess.DEVNULL,
        )

    if DEMO not in list_datasets(workspace):
        command("demo", "--out", str(workspace.root / "raw"), "--name", DEMO, "--dev-rows", "8000")
    if not list_runs(workspace):
        for lf_set in ("tutorial", "recommended"):
            command("train", "--dataset", DEMO, "--lfs", f"lfs/{lf_set}.yaml")


def overview(page: Page, server: str) -> None:
    page.goto(server)
    expect(page.get_by_text("7 · Recommendations")).to_be_visible()


def labeling_functions(page: Page, server: str) -> None:
    labeling_page(page, server)
    select_row(lf_table(page), 2)  # a threshold, with its histogram and its sweep
    expect(page.get_by_role("slider", name="Threshold")).to_be_visible()


def error_analysis(page: Page, server: str) -> None:
    page.goto(f"{server}/Error_analysis?model=POSITIVE&gold=NEGATIVE")
    expect(page.get_by_role("heading", name="dev rows")).to_be_visible()


def label_model(page: Page, server: str) -> None:
    page.goto(f"{server}/Label_model")
    expect(page.get_by_text("is recommended: log loss")).to_be_visible()


def results(page: Page, server: str) -> None:
    page.goto(f"{server}/Results")
    expect(page.get_by_test_id("stMetric").filter(has_text="Test AUC")).to_be_visible()


def recommendations(page: Page, server: str) -> None:
    page.goto(f"{server}/Recommendations")
    expect(page.locator(".st-key-card_10")).to_be_visible()


PICTURES: tuple[Callable[[Page, str], None], ...] = (
    overview,
    labeling_functions,
    error_analysis,
    label_model,
    results,
    recommendations,
)


def main(workspace: Workspace) -> None:
    """Write one picture a page, named after it."""
    prepare(workspace)
    path = executable()
    if path is None:
        raise SystemExit(f"No browser found ({', '.join(BROWSERS)}): install chromium to take the pictures.")
    with serving(workspace.root) as server, browsing(path) as browser, window(browser) as context:
        for picture in PICTURES:
            page = context.new_page()
            picture(page, server)
            settled(page)
            page.mouse.move(0, 0)
            file = DOCS / f"{picture.__name__.replace('_', '-')}.png"
            page.screenshot(path=file)
            print(file.relative_to(PROJECT), f"{file.stat().st_size / 1000:.0f} kB")
            page.close()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Workspace(Path(sys.argv[1]).resolve()))
    else:
        with tempfile.TemporaryDirectory() as made:
            main(Workspace(Path(made)))

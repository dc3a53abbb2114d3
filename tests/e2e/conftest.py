"""A real server and a real browser. Skipped where no browser is found; in CI that is an error."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

PROJECT = Path(__file__).resolve().parents[2]
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = next((path for name in _BROWSERS if (path := shutil.which(name))), None)
    if executable is None:
        message = f"No browser found ({', '.join(_BROWSERS)}): install chromium to run the browser tests."
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=arguments)
        yield chromium
        chromium.close()


@contextlib.contextmanager
def serving(home: Path, **environment: str) -> Iterator[str]:
    """Serve the workbench on a workspace, as `make run` starts it; ended by its process id."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "workbench.py", "--server.port", str(port)]
    variables = os.environ | {"WEAKREC_HOME": str(home)} | environment
    with (home / "server.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=PROJECT, stdout=log, stderr=log, env=variables)
    try:
        _wait_until_healthy(port, process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(60)


@pytest.fixture(scope="session")
def workspace_dir(prepared_runs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace that the server serves: a small demo and two finished runs."""
    return Path(shutil.copytree(prepared_runs, tmp_path_factory.mktemp("workspace"), dirs_exist_ok=True))


@pytest.fixture(scope="session")
def runs(prepared_runs: Path) -> list[str]:
    """Ids of the two finished runs, older first."""
    return sorted(path.name for path in (prepared_runs / "runs").glob("[!.]*"))


@pytest.fixture(scope="session")
def server(workspace_dir: Path) -> Iterator[str]:
    """The workbench on a workspace with a demo and two runs."""
    with serving(workspace_dir) as url:
        yield url


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(30_000)
    expect.set_options(timeout=30_000)
    yield page
    context.close()


def settled(page: Page) -> None:
    """Wait until the app is connected and no script runs."""
    app = page.locator("[data-testid='stApp'][data-test-connection-state='CONNECTED']")
    expect(app).to_be_attached(timeout=60_000)
    expect(page.locator("[data-testid='stApp'][data-test-script-state='notRunning']")).to_be_attached(timeout=60_000)


def labeling_page(page: Page, server: str) -> None:
    """Open the Labeling functions page."""
    page.goto(f"{server}/Labeling_functions")
    expect(page.get_by_text("LF analysis on dev")).to_be_visible(timeout=60_000)
    settled(page)


def lf_table(page: Page) -> Locator:
    return page.get_by_test_id("stDataFrame").first


def cell(page: Page, column: int, row: int) -> Locator:
    """A cell of the LF table, from the grid's accessible copy; the column of the selection is the first."""
    return lf_table(page).get_by_test_id(f"glide-cell-{column}-{row}")


def select_row(table: Locator, row: int) -> None:
    """Select a row of a table by the box at its left, which is drawn on a canvas: what is selected, its accessible copy says."""
    line = table.locator(f"tr[aria-rowindex='{row + 2}']")
    expect(line).to_be_attached()
    settled(table.page)
    table.scroll_into_view_if_needed()
    for _ in range(10):  # a click that falls between two drawings of the table is lost
        table.locator(".stDataFrameGlideDataEditor").first.click(position={"x": 15, "y": 35 * (row + 1) + 17})
        with contextlib.suppress(AssertionError):
            expect(line).to_have_attribute("aria-selected", "true", timeout=5_000)
            break
    settled(table.page)
    expect(line).to_have_attribute("aria-selected", "true")


def navigation(page: Page) -> Locator:
    """The pages in the sidebar."""
    return page.locator(".st-key-navigation")


def goto(page: Page, name: str) -> None:
    """Open a page by its entry in the navigation."""
    navigation(page).get_by_role("link", name=name).click()
    settled(page)


def _wait_until_healthy(port: int, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(1200):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1) as reply:
                if reply.read() == b"ok":
                    return
        except OSError:
            with contextlib.suppress(subprocess.TimeoutExpired):
                raise AssertionError(f"The server has ended with status {process.wait(0.1)}; see server.log.") from None
    raise AssertionError("The server did not become healthy.")

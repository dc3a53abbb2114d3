"""A real server, a real browser, and what a user does with them; the docs' pictures are made with it, too."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psutil
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright

PROJECT = Path(__file__).resolve().parents[2]
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")  # the quickest first
WINDOW = {"width": 1280, "height": 900}
_PATIENCE = 120_000  # ms; a machine may be busy
_ROW_HEIGHT = 35 / 16  # rem, of a table
_QUIET = 150  # ms; Streamlit's own browser tests wait as long for a click to reach the server


def executable() -> str | None:
    """Path of the browser, or None where there is none."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


@contextlib.contextmanager
def browsing(path: str, *more: str) -> Iterator[Browser]:
    """Run the browser at `path`, with `more` arguments; it asks no host of its own accord."""
    arguments = [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        *more,
    ]
    expect.set_options(timeout=_PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        yield browser
        browser.close()


@contextlib.contextmanager
def window(browser: Browser) -> Iterator[BrowserContext]:
    """A window with cookies and a cache of its own."""
    context = browser.new_context(viewport=WINDOW, reduced_motion="reduce")  # type: ignore[arg-type]
    context.set_default_timeout(_PATIENCE)
    yield context
    context.close()


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


@contextlib.contextmanager
def serving(home: Path, port: int | None = None, **environment: str) -> Iterator[str]:
    """Serve the workbench on a workspace, as `make run` starts it; ended by its process id."""
    port = free_port() if port is None else port
    command = [sys.executable, "-m", "weakrec_core", "open", "--no-browser", "--port", str(port)]
    variables = os.environ | {"WEAKREC_HOME": str(home)} | environment
    with (home / "server.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=PROJECT, stdout=log, stderr=log, env=variables)
    try:
        _wait_until_healthy(port, process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(60)


def server_process(url: str) -> psutil.Process:
    """The process of the server that `serving` has started."""
    port = str(urlsplit(url).port)
    (process,) = [p for p in psutil.Process().children() if port in p.cmdline()]
    return process


def settled(page: Page) -> None:
    """Wait until the app is connected, no script runs nor starts, and every element is drawn."""
    page.wait_for_function(
        """quiet => {
            const app = document.querySelector("[data-testid='stApp']")
            const busy = app?.dataset.testConnectionState !== "CONNECTED"
                || app.dataset.testScriptState !== "notRunning"
                || document.querySelector("[data-testid='stSkeleton'], [data-testid='stAppSkeleton']")
            if (busy || !window.quietSince) window.quietSince = performance.now()
            return !busy && performance.now() - window.quietSince > quiet
        }""",
        arg=_QUIET,
        timeout=_PATIENCE,
    )


def navigation(page: Page) -> Locator:
    """The pages in the sidebar."""
    return page.locator(".st-key-navigation")


def goto(page: Page, name: str) -> None:
    """Open a page by its entry in the navigation."""
    navigation(page).get_by_role("link", name=name).click()
    expect(page).to_have_title(f"{name} · Weakrec Workbench")
    settled(page)


def labeling_page(page: Page, server: str) -> None:
    """Open the Labeling functions page."""
    page.goto(f"{server}/Labeling_functions")
    expect(page.get_by_text("LF analysis on dev")).to_be_visible()
    settled(page)


def lf_table(page: Page) -> Locator:
    """The table of the Labeling functions page."""
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
    rem = table.page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)")
    middle = {"x": 15, "y": _ROW_HEIGHT * rem * (row + 1.5)}
    for _ in range(10):  # a click that falls between two drawings of the table is lost
        table.locator(".stDataFrameGlideDataEditor").first.click(position=middle)
        with contextlib.suppress(AssertionError):
            expect(line).to_have_attribute("aria-selected", "true", timeout=5_000)
            break
    settled(table.page)
    expect(line).to_have_attribute("aria-selected", "true")


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

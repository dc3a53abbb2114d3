"""The app as people meet it, on a dataset of the tutorial's size: the first page of a cold start, page switches, edits."""

import statistics
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from benchmarks.common import result
from benchmarks.edit_latency import in_browser
from benchmarks.lf_speed import train_of
from tests.e2e.browser import browsing, executable, serving, window
from weakrec_core.workspace import Workspace

ROWS = 680_000
_FIRST = "Overview"
_PAGES = (
    "Data",
    "Labeling functions",
    "Error analysis",
    "Label model",
    "Training",
    "Results",
    "Recommendations",
    "Help",
)
_QUIET = 200  # ms without a script and without anything to be drawn yet: then it was drawn at the start of them
_DRAWN = """([quiet, title, link]) => new Promise(resolve => {
    const started = performance.now()
    if (link) [...document.querySelectorAll('.st-key-navigation a')].find(a => a.innerText.trim().endsWith(link)).click()
    let since = null
    const look = () => {
        const now = performance.now(), app = document.querySelector("[data-testid='stApp']")
        const there = document.title.startsWith(`${title} ·`)
        const busy = !there || app?.dataset.testConnectionState !== 'CONNECTED' || app.dataset.testScriptState !== 'notRunning'
            || document.querySelector("[data-testid='stSkeleton'], [data-testid='stAppSkeleton'], [data-testid='stSpinner']")
        since = busy ? null : since ?? now
        if (since !== null && now - since > quiet) resolve((since - started) / 1000)
        else requestAnimationFrame(look)
    }
    look()
})"""


def run(rows: int = ROWS, runs: int = 5, edits: int = 30, folder: Path | None = None) -> dict[str, Any]:
    """Median seconds from an edit to the new table; the peer is a bare slider-to-metric page. Beside it cold starts and page switches."""
    path = executable()
    assert path is not None, "there is no browser"
    with train_of(rows, folder) as (dataset, signals, _):
        signals.precompute()
        n = dataset.n_rows("train")
        starts: list[float] = []
        cold: dict[str, list[float]] = {}
        switches: list[float] = []
        with browsing(path) as browser:
            for _ in range(runs):
                _cold_and_warm(dataset.workspace, browser, starts, cold, switches)
        sliders, keywords, bare = in_browser(dataset.workspace, edits, dataset.name)
    both = sliders + keywords
    by_page = {page: statistics.median(times) for page, times in cold.items()}
    slowest = max(by_page, key=lambda page: by_page[page])
    work = f"{n:,} train rows open, in headless Chromium: {len(both)} edits, from the release of the slider or the committed keyword to the "
    work += f"new table; the peer is a bare Streamlit page. Beside that {runs} cold starts of the server, each page's first visit after "
    work += "each, and its second"
    return result(
        "app",
        work,
        statistics.median(both),
        statistics.median(bare),
        "s",
        len(both),
        cold_start_s=statistics.median(starts),
        page_switch_s=statistics.median(switches),
        slowest_page_cold_s=by_page[slowest],
        slowest_page=slowest,
        page_cold_s=by_page,
    )


def _cold_and_warm(
    workspace: Workspace,
    browser: Browser,
    starts: list[float],
    cold: dict[str, list[float]],
    switches: list[float],
) -> None:
    """Start a server; add the seconds to its first page, of each page's first visit, and of its second."""
    begin = time.time()
    with serving(workspace.root) as url, window(browser) as context:
        page = context.new_page()
        page.goto(url, wait_until="commit")
        _seconds(page, _FIRST)
        starts.append(time.time() - begin - _QUIET / 1000)
        for title in _PAGES:
            cold.setdefault(title, []).append(_seconds(page, title, title))
        switches += [_seconds(page, title, title) for title in (_FIRST, *_PAGES)]


def _seconds(page: Page, title: str, link: str = "") -> float:
    """Seconds from the click on a page's link, or from now, until the page is drawn."""
    return float(page.evaluate(_DRAWN, [_QUIET, title, link]))

"""From an edit to the updated table: in a browser, beside a bare Streamlit page, and the server's own work."""

import os
import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.common import result, temporary_workspace
from weakrec_core.data.dataset import open_dataset
from weakrec_core.files import PROJECT
from weakrec_core.label_model.set_figures import set_figures
from weakrec_core.labeling.apply import Applier
from weakrec_core.labeling.drift import drift_table
from weakrec_core.labeling.lf_set import LFSet, read_lf_set
from weakrec_core.labeling.parsing import parse_lf
from weakrec_core.labeling.sweep import histogram, sweep
from weakrec_core.stats.domain import domain
from weakrec_core.workspace import Workspace

_BARE = """import streamlit as st
value = st.slider("Threshold", 0.0, 1.0, 0.5, step=0.01)
st.metric("Value", value)
"""
_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


def run(edits: int = 50) -> dict[str, Any]:
    """Median seconds from an edit to the updated table in the browser; the peer is a bare slider-to-metric page."""
    with temporary_workspace() as workspace:
        command = [
            sys.executable,
            "-m",
            "weakrec_core",
            "demo",
            "--out",
            str(workspace.root / "raw"),
            "--name",
            "demo",
            "--dev-rows",
            "8000",
        ]
        subprocess.run(command, check=True, capture_output=True, cwd=PROJECT)
        server_work = _server_work(workspace, edits)
        sliders, keywords, bare = in_browser(workspace, edits, "demo")
    both = sliders + keywords
    return result(
        "edit_latency",
        f"{len(both)} edits on the demo, dev 8,000 rows: from the release of the slider or the committed keyword to the new table",
        statistics.median(both),
        statistics.median(bare),
        "s",
        len(both),
        p95_s=float(np.quantile(both, 0.95)),
        slider_median_s=statistics.median(sliders),
        keyword_median_s=statistics.median(keywords),
        server_work_median_s={name: statistics.median(times) for name, times in server_work.items()},
    )


def _server_work(workspace: Workspace, edits: int) -> dict[str, list[float]]:
    """Votes, table, drift, histogram, sweep and the cross-validated preview after one edit, for both shipped sets."""
    applier = Applier(open_dataset(workspace, "demo"))
    gold = applier.dataset.gold("dev")
    found = {}
    for name in ("tutorial", "recommended"):
        lf_set = read_lf_set(PROJECT / "lfs" / f"{name}.yaml")
        at = [lf.name for lf in lf_set.lfs].index("polarity_positive")
        times = []
        for i in range(edits + 3):
            lf = parse_lf(lf_set.lfs[at].model_dump() | {"threshold": 0.2 + 0.003 * i})
            edited = LFSet(name=name, lfs=(*lf_set.lfs[:at], lf, *lf_set.lfs[at + 1 :]))
            start = time.perf_counter()
            applied = applier.of(edited)
            applied.summary()
            drift_table(applied)
            values = applier.signals.values("polarity", "dev")
            shown = domain(values)
            assert shown is not None
            histogram(values, gold, shown)
            sweep(values, gold, ">", 1, len(values))
            set_figures(applied)
            times.append(time.perf_counter() - start)
        found[name] = times[3:]  # the first ones read texts and signals
    return found


def in_browser(workspace: Workspace, edits: int, name: str) -> tuple[list[float], list[float], list[float]]:
    """Seconds from edits of a slider, and of keywords, to the new table of a dataset; and those of a bare page."""
    from playwright.sync_api import sync_playwright

    executable = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    bare_app = workspace.root / "bare.py"
    bare_app.write_text(_BARE, encoding="utf-8")
    with (
        _served(PROJECT / "workbench.py") as url,
        _served(bare_app) as bare_url,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=executable, args=_ARGUMENTS)
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        page.goto(f"{url}/Labeling_functions?dataset={name}")
        count = page.get_by_test_id("stDataFrame").first.get_by_test_id("glide-cell-9-2")
        count.wait_for(state="attached", timeout=60_000)
        page.locator(".stDataFrameGlideDataEditor").first.click(position={"x": 15, "y": 35 * 3 + 17})
        slider = page.get_by_role("slider", name="Threshold")
        slider.wait_for()
        slider.focus()
        page.wait_for_timeout(1500)
        sliders = [_timed(page, _SENTENCE, "ArrowLeft") for _ in range(edits // 2 + 2)][2:]
        page.locator(".stDataFrameGlideDataEditor").first.click(position={"x": 15, "y": 35 + 17})
        box = page.get_by_role("combobox", name="votes NEGATIVE")
        box.wait_for()
        page.wait_for_timeout(1500)
        keywords = []
        for word in _words(workspace, edits - edits // 2 + 2, name):
            box.fill(word)
            keywords.append(_timed(page, _COUNTS, "Enter"))
        bare = browser.new_page()
        bare.goto(bare_url)
        handle = bare.get_by_role("slider", name="Threshold")
        handle.focus()
        bare.wait_for_timeout(1000)
        times = [_timed(bare, _METRIC, "ArrowRight") for _ in range(edits // 2 + 2)]
        browser.close()
    return sliders, keywords[2:], times[2:]


# What changes with an edit, read from what the same run draws after the table: the sentence under the charts, and the counts
# of right and wrong rows. The table itself is painted on a canvas; its accessible copy in the page lags behind by the 200 ms
# that the grid waits for a pause, and says nothing about what the user sees.
_SENTENCE = "[...document.querySelectorAll('p')].find(p => p.innerText.startsWith('At '))?.innerText"
_COUNTS = "document.querySelector('.st-key-bucket')?.innerText"
_METRIC = "document.querySelector('[data-testid=stMetricValue]')?.innerText"


def _words(workspace: Workspace, n: int, name: str) -> list[str]:
    """Words that each hit a dev row that the words before and stars_in_review leave out, so that each changes the table."""
    applier = Applier(open_dataset(workspace, name))
    lf = read_lf_set(PROJECT / "lfs" / "tutorial.yaml").lfs[0]
    hit = applier.votes(lf, "dev") != -1
    texts = applier.dataset.split("dev")["review_text"].dropna().str.lower()
    counts = texts.str.findall(r"[a-z]{5,}").explode().value_counts()
    found: list[str] = []
    for word in counts[counts.between(2, 40)].index:
        rows = applier.keyword_rows(word, "substring", False)
        if not hit[rows].all():
            hit[rows] = True
            found.append(word)
        if len(found) == n:
            break
    return found


def _timed(page: Any, read: str, key: str) -> float:
    """Seconds from a key until what the JavaScript expression `read` gives is another text; the page is idle before.

    The key goes to what has the focus: to find an element by its role, Playwright looks through the whole page first.
    """
    page.locator("[data-testid='stApp'][data-test-script-state='notRunning']").wait_for(state="attached")
    page.wait_for_timeout(250)
    before = page.evaluate(read)
    start = time.perf_counter()
    page.keyboard.press(key)
    page.wait_for_function(f"text => ({read}) !== text", arg=before, polling="raf", timeout=10_000)
    return time.perf_counter() - start


@contextmanager
def _served(script: Path) -> Iterator[str]:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        str(script),
        "--server.port",
        str(port),
        "--server.headless",
        "true",
    ]
    command += [
        "--server.address",
        "127.0.0.1",
        "--server.fileWatcherType",
        "none",
        "--browser.gatherUsageStats",
        "false",
    ]
    process = subprocess.Popen(
        command, cwd=PROJECT, env=os.environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        for _ in range(300):
            with (
                suppress(OSError),
                urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1) as reply,
            ):
                if reply.read() == b"ok":
                    break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)

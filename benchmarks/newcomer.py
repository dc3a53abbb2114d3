"""A newcomer by mouse alone and by keyboard alone: from the first start to a better LF set, trained and presented."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from playwright.sync_api import Locator, Page, expect

from benchmarks.common import machine, temporary_workspace
from tests.e2e.browser import browsing, executable, select_row, serving, settled, window
from weakrec_core.data.dataset import open_dataset
from weakrec_core.errors import WeakrecError
from weakrec_core.label_model.set_figures import set_figures
from weakrec_core.labeling.apply import Applier
from weakrec_core.labeling.versions import load_version
from weakrec_core.runs.listing import list_runs
from weakrec_core.workspace import Workspace

USERS = 400
_SUGGESTIONS = 3  # taken, where there are as many
_FAR = 120  # presses of Tab to what then cannot be reached
_TRAINED = 1_200_000  # ms
_DESCRIBED = """() => { const e = document.activeElement
    return `${e.tagName} ${e.getAttribute('aria-label') || e.innerText.slice(0, 60)}` }"""
_WHERE = """e => [!!e.closest('[data-testid=stMain]'), document.activeElement !== document.body
    && !!(e.compareDocumentPosition(document.activeElement) & Node.DOCUMENT_POSITION_FOLLOWING)]"""
Watch = Callable[[Page, str], None]


class Hands(Protocol):
    """What does things to a page."""

    does: str
    done: int

    def activate(self, page: Page, target: Locator) -> None:
        """Press a button, follow a link."""

    def choose(self, page: Page, table: Locator, box: str, rows: int) -> None:
        """Select the first rows of a table, in which the keyboard has a box with a name."""

    def turn(self, page: Page) -> None:
        """Go on to the next slide."""

    def fill(self, page: Page, field: Locator, value: str) -> None:
        """Put a value into a field, and leave it."""


class Mouse:
    """Clicks; what is written has to be written."""

    does = "clicks"

    def __init__(self) -> None:
        self.done = 0

    def activate(self, page: Page, target: Locator) -> None:
        target.click()
        self.done += 1

    def choose(self, page: Page, table: Locator, box: str, rows: int) -> None:
        for row in range(rows):
            select_row(table, row)
            self.done += 1

    def turn(self, page: Page) -> None:
        self.activate(page, page.get_by_role("button", name="Next slide"))

    def fill(self, page: Page, field: Locator, value: str) -> None:
        self.activate(page, field)
        page.keyboard.type(value)
        self.activate(page, page.get_by_role("heading", level=1))


class Keyboard:
    """Presses of keys, from where the focus is: Tab, arrows, Enter, letters."""

    does = "keys"

    def __init__(self) -> None:
        self.done = 0

    def activate(self, page: Page, target: Locator) -> None:
        self._reach(page, target)
        self._press(page, "Enter")

    def choose(self, page: Page, table: Locator, box: str, rows: int) -> None:
        self._reach(page, page.get_by_role("combobox", name=box))
        for _ in range(rows):
            self._press(page, "ArrowDown")  # what is chosen is not offered again
            self._press(page, "Enter")
            settled(page)
        self._press(page, "Escape")  # the list; the dialog stays

    def turn(self, page: Page) -> None:
        self._press(page, "ArrowRight")

    def fill(self, page: Page, field: Locator, value: str) -> None:
        self._reach(page, field)
        for key in [*value, "Tab"]:
            self._press(page, key)

    def _press(self, page: Page, key: str) -> None:
        page.keyboard.press(key)
        self.done += 1

    def _reach(self, page: Page, target: Locator) -> None:
        """Tab on, or back to what stands before, until the target has the focus; take the way past the navigation."""
        expect(target).to_be_visible()
        settled(page)
        inside, behind = target.evaluate(_WHERE)
        met: list[str] = []
        while not target.evaluate("e => e === document.activeElement"):
            if len(met) > _FAR:
                raise AssertionError(f"Tab does not come to {target}; it met {met}.")
            self._press(page, "Shift+Tab" if behind else "Tab")
            met.append(page.evaluate(_DESCRIBED))
            if inside and met[-1].endswith("Skip to main content"):
                self._press(page, "Enter")


def run(users: int = USERS, epochs: int | None = None, pictures: Path | None = None) -> dict[str, Any]:
    """Walk by mouse, then by keyboard, each from an empty workspace, whose first start makes a demo.

    Parameters
    ----------
    users : int
        Readers of the demo.
    epochs : int, optional
        Entered in the form, for a quick look.
    pictures : Path, optional
        A folder for a picture of every step.

    Raises
    ------
    WeakrecError
        If there is no browser.
    """
    path = executable()
    if path is None:
        raise WeakrecError("No browser found: install chromium.")
    found: dict[str, Any] = {}
    for name, hands in {"mouse": Mouse(), "keyboard": Keyboard()}.items():
        with (
            temporary_workspace() as workspace,
            serving(workspace.root, WEAKREC_DEMO_USERS=str(users)) as server,
            browsing(path) as browser,
            window(browser) as context,
        ):
            watch = _pictured(pictures, name)
            found[name] = walk(context.new_page(), server, workspace, hands, epochs, watch)
    return {
        "name": "newcomer",
        "work": f"From the first start (a demo of {users:,} readers) to a better LF set than the tutorial's, trained, with "
        "the presentation open",
        **found,
        "machine": machine(),
    }


def walk(
    page: Page, server: str, workspace: Workspace, hands: Hands, epochs: int | None = None, watch: Watch | None = None
) -> dict[str, Any]:
    """One walk; `watch` sees the page after each step.

    Returns
    -------
    dict
        What was done, as ``clicks`` or ``keys``; ``seconds``, and of them ``waiting`` for the demo and the training;
        ``auc_before``, ``auc_after``: of the label model on dev, with the tutorial's set and with the one trained on;
        ``presentation_open``; ``steps``: what was done and seconds by step.
    """
    steps: dict[str, dict[str, float]] = {}
    start = time.perf_counter()
    since, before = start, 0

    def did(step: str) -> None:
        nonlocal since, before
        settled(page)
        now = time.perf_counter()
        steps[step] = {hands.does: hands.done - before, "seconds": round(now - since, 1)}
        since, before = now, hands.done
        if watch is not None:
            watch(page, step)

    page.goto(server)
    expect(page.get_by_text("2 · Labeling functions")).to_be_visible()
    did("first start")
    hands.activate(page, page.get_by_role("link", name="Edit LFs"))
    expect(page.get_by_text("LF analysis on dev")).to_be_visible()
    did("labeling functions")
    hands.activate(page, page.get_by_role("button", name="Suggest"))
    table = page.get_by_role("dialog").get_by_test_id("stDataFrame").first
    lines = table.locator("tbody tr")
    expect(lines.first).to_be_attached()
    did("suggestions")
    rows = min(_SUGGESTIONS, lines.count())
    hands.choose(page, table, "Edits to add", rows)
    hands.activate(page, page.get_by_role("button", name=f"Add {rows} selected"))
    expect(page.get_by_text("unsaved edits")).to_be_visible()
    did("suggestions added")
    hands.activate(page, page.get_by_role("button", name="Save v1"))
    hands.activate(page, page.get_by_test_id("stPopoverBody").get_by_role("button", name="Save v1"))
    expect(page.get_by_text("unsaved edits")).to_have_count(0)
    did("saved")
    hands.activate(page, page.get_by_role("link", name="Training"))
    launch = page.get_by_role("button", name="Launch")
    expect(launch).to_be_visible()
    did("training")
    if epochs is not None:
        hands.fill(page, page.get_by_role("spinbutton", name="Epochs"), str(epochs))
        settled(page)
    hands.activate(page, launch)
    read = page.get_by_role("link", name="Read its test metrics")
    expect(read).to_be_visible(timeout=_TRAINED)
    did("trained")
    hands.activate(page, read)
    expect(page.get_by_test_id("stMetric").filter(has_text="Test AUC")).to_be_visible()
    did("results")
    hands.activate(page, page.get_by_role("link", name="Present"))
    slide = page.locator(".slide h1")
    expect(slide).to_be_visible()
    did("presentation")
    first = slide.inner_text()
    hands.turn(page)
    expect(slide).not_to_have_text(first)
    did("next slide")
    (trained,) = list_runs(workspace)
    applier = Applier(open_dataset(workspace, trained.config.dataset))
    sets = (load_version(workspace, "tutorial", 0).lf_set, trained.config.frozen_lf_set)
    tutorial, own = (set_figures(applier.of(lf_set)).everywhere["auc"] for lf_set in sets)
    return {
        hands.does: hands.done,
        "seconds": round(since - start, 1),
        "waiting": round(steps["first start"]["seconds"] + steps["trained"]["seconds"], 1),
        "auc_before": tutorial,
        "auc_after": own,
        "presentation_open": slide.is_visible(),
        "steps": steps,
    }


def _pictured(folder: Path | None, walk: str) -> Watch | None:
    if folder is None:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    taken: list[str] = []

    def take(page: Page, step: str) -> None:
        taken.append(step)
        page.screenshot(path=folder / f"{walk}-{len(taken):02}-{step.replace(' ', '-')}.png")

    return take

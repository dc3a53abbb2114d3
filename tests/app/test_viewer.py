"""Who may only look: every page works, what would save is off, edits live in the tab."""

import shutil
from pathlib import Path

import pytest

from tests.app.conftest import open_popover, opened
from tests.core.test_access import contents
from weakrec_core.labeling.versions import new_set
from weakrec_core.runs.listing import list_runs
from weakrec_core.workspace import Workspace

_PAGES = ["overview", "data", "labeling_functions", "error_analysis", "label_model", "training", "results"]
_WITH_BAR = {"labeling_functions", "error_analysis", "label_model", "training"}


@pytest.fixture
def viewed(prepared_runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    home = shutil.copytree(prepared_runs, tmp_path / "workspace", ignore=shutil.ignore_patterns("raw"))
    monkeypatch.setenv("WEAKREC_HOME", str(home))
    monkeypatch.setenv("WEAKREC_READONLY", "1")
    return Workspace(home)


def test_pages_are_looked_at_and_nothing_is_written(viewed: Workspace) -> None:
    before = contents(viewed.root)
    for name in _PAGES:
        app = opened(f"pages/{name}/page.py")
        assert any("eading only" in caption.value for caption in app.sidebar.caption), name
        assert not app.exception and not app.error, name
        if name in _WITH_BAR:
            open_popover(open_popover(app, "icon_sets"), "save_tutorial")
            assert {button.key for button in app.button} >= {"save_now", "save_as_set"}
        for key in ("save_now", "save_as_set", "launch", "measure_worth", "star", "triage_star", "make_dataset"):
            assert all(button.disabled for button in app.button if button.key == key), (name, key)
    assert contents(viewed.root) == before


def test_edits_live_in_the_tab(viewed: Workspace) -> None:
    before = contents(viewed.root)
    app = opened("pages/labeling_functions/page.py")
    first = app.session_state["draft"].lf_set.lfs[0]
    next(toggle for toggle in app.toggle if toggle.label == "On").set_value(False).run()
    assert not app.exception
    assert app.session_state["draft"].lf_set.lfs[0] != first and app.session_state["draft"].dirty
    app.button("icon_undo").click().run()
    assert app.session_state["draft"].lf_set.lfs[0] == first
    assert contents(viewed.root) == before


def test_what_a_page_lets_through_the_library_refuses(viewed: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Buttons that are on, as to who forges their messages."""
    monkeypatch.setattr("pages.people.write_button.may_write", lambda: True)
    before = contents(viewed.root)
    about = f"save_about_{list_runs(viewed)[0].id}"
    for page, button, what in (("training", "launch", "train"), ("results", about, "save anything")):
        app = opened(f"pages/{page}/page.py")
        app.button(button).click().run()
        refused = f"The workspace is open for reading only: you cannot {what} here; nothing was changed."
        assert refused in [e.value for e in app.error]
        assert contents(viewed.root) == before


def test_without_a_dataset_nothing_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEAKREC_HOME", str(tmp_path / "none"))
    monkeypatch.setenv("WEAKREC_READONLY", "1")
    app = opened()
    assert [i.value for i in app.info] == ["There is no dataset here yet."]
    assert not (tmp_path / "none").exists()


def test_activity_is_for_operators(viewed: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened("pages/activity/page.py")
    assert "you cannot read who did what here" in app.error[0].value and not app.dataframe
    monkeypatch.delenv("WEAKREC_READONLY")
    new_set(viewed, "mine")
    app = opened("pages/activity/page.py")
    assert app.dataframe[0].value[["what", "subject"]].iloc[0].tolist() == ["saved LF set", "mine v1"]
    app.text_input("activity_search").input("demo").run()
    assert set(app.dataframe[0].value["subject"]) == {"demo"}
    app.text_input("activity_search").input("nobody's").run()
    assert [i.value for i in app.info] == ["Nothing fits."]

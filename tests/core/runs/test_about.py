"""A run's name, notes and the pinned baseline: kept beside what is frozen, shown where the run is."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Done
from weakrec_core.data.dataset import Dataset
from weakrec_core.errors import RunError
from weakrec_core.labeling.lf_set import LFSet
from weakrec_core.runs.about import ABOUT_FILE, About
from weakrec_core.runs.archive import export_run, import_run
from weakrec_core.runs.card import render_card
from weakrec_core.runs.listing import damaged_runs, list_runs
from weakrec_core.runs.pinned import baseline_of, is_pinned, pin, unpin
from weakrec_core.runs.store import Run, new_run
from weakrec_core.workspace import Workspace


@pytest.fixture
def runs(prepared_runs: Path, workspace: Workspace) -> list[Run]:
    """Two finished runs, newest first."""
    shutil.copytree(prepared_runs / "runs", workspace.runs)
    return list_runs(workspace)


def test_names_and_notes_change_nothing_that_is_frozen(runs: list[Run]) -> None:
    run, frozen = runs[0], {path.name: path.read_bytes() for path in runs[0].path.iterdir() if path.is_file()}
    assert (run.about, run.title) == (About(), run.id)
    run.describe(name="  with\nstars ", notes="first line\nsecond")
    run.describe(notes="second thoughts")
    assert run.about == About(name="with stars", notes="second thoughts")
    assert run.title == f"with stars ({run.id})"
    assert run.summary()["name"] == "with stars"
    run.describe(name="")
    assert run.title == run.id
    (run.path / ABOUT_FILE).unlink()
    assert {path.name: path.read_bytes() for path in run.path.iterdir() if path.is_file()} == frozen


def test_what_is_too_long_leaves_what_there_was(runs: list[Run]) -> None:
    runs[0].describe(name="short")
    with pytest.raises(RunError, match="its description, field name: String should have at most 80 characters"):
        runs[0].describe(name="x" * 81)
    assert runs[0].about.name == "short"


def test_a_damaged_description_is_named(runs: list[Run]) -> None:
    (runs[0].path / ABOUT_FILE).write_text('{"name": 3}')
    assert "about.json, field name" in damaged_runs(runs[0].workspace)[runs[0].id]


def test_one_run_of_a_dataset_is_pinned(runs: list[Run]) -> None:
    new, old = runs
    assert baseline_of(new) is None
    pin(old)
    assert baseline_of(new) == old and baseline_of(old) is None and is_pinned(old)
    pin(new)
    assert baseline_of(old) == new and not is_pinned(old)
    unpin(old)
    assert is_pinned(new)
    shutil.rmtree(new.path)
    assert baseline_of(old) is None
    pin(old)
    unpin(old)
    assert not is_pinned(old)
    old.workspace.pinned.mkdir(exist_ok=True)
    (old.workspace.pinned / f"{old.config.fingerprint}.json").write_text("[")
    assert not is_pinned(old)


def test_a_run_without_a_result_cannot_be_pinned(demo: Dataset, tutorial: LFSet) -> None:
    with pytest.raises(RunError, match="has no result"):
        pin(new_run(demo, tutorial, "v1", preset="tutorial"))


def test_they_are_shown_and_travel_with_the_run(runs: list[Run], tmp_path: Path) -> None:
    runs[0].describe(name="<b>*bold*", notes="one_two\n<i>")
    card = render_card(runs[0])
    assert card.startswith(f"# Run \\<b\\>\\*bold\\* ({runs[0].id})") and "one\\_two\n\n\\<i\\>" in card
    export_run(runs[0], tmp_path / "run.zip")
    taken = import_run(runs[0].workspace, tmp_path / "run.zip", "elsewhere")
    assert taken.about == runs[0].about


def test_on_the_command_line(runs: list[Run], cli: Callable[..., Done]) -> None:
    new, old = runs
    refused = cli("compare", new.id)
    assert (refused.status, "No other run on the data" in refused.err) == (2, True)
    said = cli("annotate", old.id, "--name", "before", "--notes", "The tutorial's set.", "--pin", "--json").json
    assert said == {"run": old.id, "name": "before", "notes": "The tutorial's set.", "pinned": True}
    assert cli("annotate", old.id).out == f"before ({old.id}), pinned\nThe tutorial's set.\n"
    records = {r["run"]: r for r in cli("runs", "--json").json}
    assert (records[old.id]["name"], records[old.id]["pinned"], records[new.id]["pinned"]) == ("before", True, False)
    assert "before  pinned" in cli("runs").out
    found = cli("compare", new.id, "--json").json
    assert (found["first"], found["second"]) == (old.id, new.id)
    assert cli("annotate", old.id, "--name", "x" * 81).status == 2
    assert cli("annotate", old.id, "--unpin", "--json").json["pinned"] is False

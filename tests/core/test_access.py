"""Who may only look changes nothing, whichever way they try."""

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from weakrec_core import access
from weakrec_core.access import AccessError, Person, Role
from weakrec_core.data.attached import attach_columns
from weakrec_core.data.dataset import Dataset, open_dataset
from weakrec_core.data.gold_by_hand import label_by_hand
from weakrec_core.data.ingest.ingest_jobs import forget_job, ingest_job, start_demo_job
from weakrec_core.data.ingest.sources import keep_upload
from weakrec_core.data.ingest.table import Columns, ingest_table
from weakrec_core.data.looked_at import mark_looked_at
from weakrec_core.data.notes import remove_note, write_note
from weakrec_core.labeling.drafts import keep, open_draft, prune
from weakrec_core.labeling.lf_set import LFSet
from weakrec_core.labeling.versions import new_set, rename_set, save_version
from weakrec_core.runs import test_looks
from weakrec_core.runs.archive import export_run, import_run
from weakrec_core.runs.listing import list_runs
from weakrec_core.runs.pinned import pin, unpin
from weakrec_core.runs.store import Run, new_run
from weakrec_core.runs.worth import start_worth
from weakrec_core.signals import SignalStore
from weakrec_core.signals.languages import languages
from weakrec_core.workspace import Workspace

HERE = "The workspace is open for reading only: you cannot "


def contents(root: Path) -> dict[str, str]:
    """Each file of a directory and what is in it."""
    files = (path for path in sorted(root.rglob("*")) if path.is_file())
    return {str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture
def viewed(prepared_runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A workspace with two runs, a set, a star and a pinned run, which may only be looked at."""
    home = shutil.copytree(prepared_runs, tmp_path / "workspace", ignore=shutil.ignore_patterns("raw"))
    monkeypatch.setenv("WEAKREC_HOME", str(home))
    workspace = Workspace(home)
    dataset = open_dataset(workspace, "demo")
    new_set(workspace, "mine")
    write_note(dataset, *_row(dataset), "")
    run = list_runs(workspace)[0]
    pin(run)
    export_run(run, tmp_path / "run.zip")
    monkeypatch.setenv("WEAKREC_READONLY", "1")
    return workspace


def _row(dataset: Dataset) -> tuple[str, str]:
    record = dataset.split("dev").iloc[0]
    return record["user_id"], record["book_id"]


def _tries(workspace: Workspace, tmp_path: Path, lf_set: LFSet) -> dict[str, Callable[[], object]]:
    dataset = open_dataset(workspace, "demo")
    row, run = _row(dataset), list_runs(workspace)[0]
    table = tmp_path / "ratings.csv"
    pd.DataFrame({"u": np.arange(60) % 20, "i": np.arange(60) // 20, "r": np.arange(60) % 5 + 1}).to_csv(table)
    votes = tmp_path / "votes.csv"
    pd.DataFrame([(*row, 1)], columns=["user_id", "book_id", "said"]).to_csv(votes, index=False)
    other = Run(workspace, list_runs(workspace)[1].id)
    return {
        "save a version": lambda: save_version(workspace, lf_set, 0),
        "make a set": lambda: new_set(workspace, "another"),
        "rename a set": lambda: rename_set(workspace, "mine", "yours"),
        "train": lambda: new_run(dataset, lf_set, "v0", preset="recommended"),
        "train again": other.retry,
        "resume": other.resume,
        "cancel": other.cancel,
        "measure worth": lambda: start_worth(run),
        "describe a run": lambda: run.describe(name="mine"),
        "pin": lambda: pin(other),
        "unpin": lambda: unpin(run),
        "import a run": lambda: import_run(workspace, tmp_path / "run.zip", "again"),
        "star": lambda: write_note(dataset, *row, "why?"),
        "unstar": lambda: remove_note(dataset, *row),
        "label": lambda: label_by_hand(dataset, *row, 1 - int(dataset.gold("dev")[0]), "me"),
        "attach votes": lambda: attach_columns(dataset, votes),
        "upload": lambda: keep_upload(workspace, "a.csv", b"a,b\n1,2\n"),
        "ingest": lambda: ingest_table(workspace, "mine", table, Columns(user="u", item="i", rating="r")),
        "replace a dataset": lambda: ingest_table(workspace, "demo", table, Columns(user="u", item="i", rating="r")),
        "start an ingest": lambda: start_demo_job(workspace, "more"),
        "stop an ingest": ingest_job(workspace, "demo").cancel,
        "forget an ingest": lambda: forget_job(workspace, "demo"),
    }


def test_a_viewer_changes_nothing(viewed: Workspace, tmp_path: Path, tutorial: LFSet) -> None:
    before = contents(viewed.root)
    for what, attempt in _tries(viewed, tmp_path, tutorial).items():
        with pytest.raises(AccessError) as refused:
            attempt()
        assert str(refused.value).startswith(HERE) and str(refused.value).endswith(" here; nothing was changed."), what
        assert contents(viewed.root) == before, what


def test_what_looking_would_keep_is_not_kept(viewed: Workspace, tutorial: LFSet) -> None:
    dataset = open_dataset(viewed, "demo")
    for path in viewed.signals.rglob("*.np[yz]"):
        path.unlink()
    before = contents(viewed.root)
    signals = SignalStore(dataset)
    assert np.isfinite(signals.values("polarity", "valid")).any()
    assert len(languages(dataset, "valid")) == dataset.n_rows("valid")
    vectors = signals.vectors.vectors("tfidf", "valid")
    assert len(vectors.of_row) == dataset.n_rows("valid") and np.asarray(vectors.matrix).any()
    draft = open_draft(viewed, "tutorial")
    keep(viewed, draft.edit(tutorial.model_copy(update={"lfs": tutorial.lfs[:2]})))
    prune(viewed)
    mark_looked_at(dataset, *_row(dataset))
    test_looks.record(list_runs(viewed)[0])
    assert contents(viewed.root) == before


def test_other_directories_are_no_concern(viewed: Workspace, tmp_path: Path) -> None:
    export_run(list_runs(viewed)[0], tmp_path / "again.zip")
    assert (tmp_path / "again.zip").stat().st_size > 0


def test_who_is_at_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "_identify", [])
    assert access.at_work() == Person(Role.OPERATOR)
    people: list[Person | None] = [None]
    access.identify_by(lambda: people[0])
    assert access.at_work() == Person(Role.OPERATOR)
    people[0] = Person(Role.EDITOR, "ada@example.org")
    assert access.at_work() == people[0] and access.may_write()
    with pytest.raises(
        AccessError, match=r"^ada@example\.org is an editor: you cannot read the log here; nothing was changed\.$"
    ):
        access.require(Role.OPERATOR, "read the log")
    monkeypatch.setenv("WEAKREC_READONLY", "1")
    assert access.at_work() == Person(Role.VIEWER, "ada@example.org") and not access.may_write()
    with pytest.raises(AccessError, match=r"^ada@example\.org is a viewer: you cannot train here"):
        access.require(Role.EDITOR, "train")


def test_a_thread_goes_on_for_who_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "_identify", [lambda: Person(Role.VIEWER)])
    with access.acting_as(Person(Role.EDITOR, "ada@example.org")):
        assert access.may_write()
        with access.acting_as(Person(Role.VIEWER)):
            assert not access.may_write()
        assert access.at_work().name == "ada@example.org"
        monkeypatch.setenv("WEAKREC_READONLY", "1")
        assert access.at_work() == Person(Role.VIEWER, "ada@example.org")
    assert access.at_work() == Person(Role.VIEWER)

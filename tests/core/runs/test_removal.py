"""A dataset or a run is deleted after a look at who uses it, and not while somebody works on it."""

from typing import Any

import pytest

from tests.recommending import RESULT
from weakrec_core.access import AccessError
from weakrec_core.activity import entries
from weakrec_core.data import storage
from weakrec_core.data.dataset import Dataset, list_datasets, open_dataset
from weakrec_core.data.ingest.ingest_jobs import ingest_job
from weakrec_core.data.leftovers import clean_up
from weakrec_core.data.notes import read_notes, write_note
from weakrec_core.errors import DataError, RunError
from weakrec_core.jobs.status import Status
from weakrec_core.labeling.lf_set import LFSet
from weakrec_core.runs.listing import list_runs
from weakrec_core.runs.pinned import pin
from weakrec_core.runs.removal import dataset_removal, run_removal
from weakrec_core.runs.share import links, share
from weakrec_core.runs.store import Run, new_run
from weakrec_core.workspace import Workspace

TEXTS = ["good", "bad"]
WAITING = Status(state="queued")


@pytest.fixture
def run(make_dataset: Any, tutorial: LFSet) -> Run:
    run = new_run(make_dataset(TEXTS), tutorial, "v0", preset="recommended")
    run.write_result(RESULT)
    run.write_status(Status(state="succeeded"))
    return run


def told(workspace: Workspace) -> list[str]:
    return entries(workspace)["what"].tolist()


def test_a_dataset_goes_after_a_word_on_who_uses_it(run: Run, workspace: Workspace, make_dataset: Any) -> None:
    dataset = open_dataset(workspace, "tiny")
    write_note(dataset, "dev0", "b0", "why?")
    share(run, 7)
    removal = dataset_removal(workspace, "tiny")
    said = " ".join(removal.sentences())
    assert removal.size > 0 and removal.obstacle is None
    for word in (
        "cannot be undone",
        f"1 run of it ({run.id})",
        "1 share link to them",
        "Stars and notes on its rows stay",
    ):
        assert word in said
    removal.execute()
    assert list_datasets(workspace) == [] and "deleted dataset" in told(workspace)
    assert dataset.n_rows("dev") == 2  # who has it open goes on
    del dataset
    storage.sweep_deleted(workspace.datasets / "tiny")
    assert not (workspace.datasets / "tiny").exists()
    assert [r.id for r in list_runs(workspace)] == [run.id] and run.result is not None
    with pytest.raises(DataError, match="There is no dataset 'tiny'"):
        dataset_removal(workspace, "tiny")
    again: Dataset = make_dataset(TEXTS)
    assert read_notes(again)["note"].tolist() == ["why?"] and run.open_dataset().n_rows("dev") == 2


def test_what_a_reader_kept_goes_at_the_next_start(run: Run, workspace: Workspace) -> None:
    dataset = open_dataset(workspace, "tiny")
    dataset_removal(workspace, "tiny").execute()
    assert dataset.path.is_dir() and clean_up(workspace) == []
    path = dataset.path
    del dataset
    assert clean_up(workspace) == [f"{path} was left behind and is removed."]
    assert not path.parent.exists()


def test_a_dataset_that_was_saved_anew_meanwhile_stays(run: Run, workspace: Workspace, make_dataset: Any) -> None:
    removal = dataset_removal(workspace, "tiny")
    make_dataset(["other", "words"])
    with pytest.raises(DataError, match="was saved anew or deleted meanwhile"):
        removal.execute()
    assert open_dataset(workspace, "tiny").split("dev")["review_text"].tolist() == ["other", "words"]
    first, second = (dataset_removal(workspace, "tiny") for _ in range(2))
    first.execute()
    with pytest.raises(DataError, match="was saved anew or deleted meanwhile"):
        second.execute()


def test_a_run_goes_with_its_links_and_is_compared_with_no_more(run: Run, workspace: Workspace) -> None:
    share(run, 7)
    pin(run)
    run.describe(name="the best", notes="Keep it.")
    removal = run_removal(workspace, run.id)
    said = " ".join(removal.sentences())
    for word in (
        "the best, 8 characters",
        "others on its data are compared with",
        "1 share link to it will open nothing",
    ):
        assert word in said
    removal.execute()
    assert list_runs(workspace) == [] and links(workspace) == [] and not list(workspace.pinned.iterdir())
    assert list(workspace.runs.iterdir()) == [] and "deleted run" in told(workspace)
    with pytest.raises(RunError, match="There is no run"):
        run_removal(workspace, run.id)


def test_a_damaged_run_can_go(run: Run, workspace: Workspace) -> None:
    (run.path / "config.json").write_text("{", encoding="utf-8")
    run_removal(workspace, run.id).execute()
    assert list(workspace.runs.iterdir()) == []


def test_nothing_goes_that_somebody_works_on(run: Run, workspace: Workspace) -> None:
    looked_at = run_removal(workspace, run.id)
    run.write_status(WAITING)
    for removal in (run_removal(workspace, run.id), dataset_removal(workspace, "tiny"), looked_at):
        with pytest.raises(RunError, match=f"Run {run.id} waits or trains at the moment; stop it first"):
            removal.execute()
    run.write_status(Status(state="succeeded"))
    ingest_job(workspace, "tiny").path.mkdir(parents=True)
    ingest_job(workspace, "tiny").write(WAITING)
    with pytest.raises(RunError, match="Dataset tiny is being made at the moment"):
        dataset_removal(workspace, "tiny").execute()
    assert list_datasets(workspace) == ["tiny"] and run.result is not None


def test_who_may_only_look_deletes_nothing(run: Run, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEAKREC_READONLY", "1")
    for removal in (run_removal(workspace, run.id), dataset_removal(workspace, "tiny")):
        with pytest.raises(AccessError, match="you cannot delete anything here"):
            removal.execute()
    assert list_datasets(workspace) == ["tiny"] and list_runs(workspace) == [run]


def test_by_command(run: Run, workspace: Workspace, cli: Any) -> None:
    looked = cli("storage", "--delete-dataset", "tiny", "--delete-run", run.id)
    assert looked.status == 0 and "cannot be undone" in looked.err and "1 run of it" in looked.err
    assert list_runs(workspace) == [run]
    done = cli("storage", "--delete-run", run.id, "--yes", "--json")
    assert f"Run {run.id} is deleted" in done.err and f"runs/{run.id}" not in done.json
    assert cli("storage", "--delete-run", "nope", "--yes").status == 2
    assert list_datasets(workspace) == ["tiny"] and list_runs(workspace) == []

"""The kinds of work that are struck: the command line's own code, over a small workspace, each to be begun again at any time."""

import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from weakrec_core.data.dataset import open_dataset
from weakrec_core.data.demo.raw_files import write_demo
from weakrec_core.data.gold_by_hand import label_by_hand
from weakrec_core.data.ingest.ingest_jobs import ingest_job
from weakrec_core.data.notes import write_note
from weakrec_core.errors import os_sentence
from weakrec_core.files import PROJECT
from weakrec_core.jobs.job import JOB_VARIABLE
from weakrec_core.jobs.status import UNFINISHED
from weakrec_core.labeling.drafts import Draft, keep
from weakrec_core.labeling.lf_set import LFSet, read_lf_set
from weakrec_core.labeling.versions import load_version, save_version
from weakrec_core.runs.listing import list_runs
from weakrec_core.workspace import HOME_VARIABLE, Workspace

_LFS, _VERSIONS = "mine", 8
_USERS = 110  # of the demo; fewer than 100 readers leave no book that is read often enough
_IMPORTED = "imported"


@dataclass(frozen=True)
class Work:
    """One kind of work.

    Attributes
    ----------
    run : callable
        Does it in a folder with ``workspace``, ``in`` and ``out``; done again after it was broken off, it comes to the same.
    modules : tuple of str
        What it takes long to import.
    share : int
        How many of a hundred tries are of this kind.
    needs_run : bool
        Whether there has to be a finished run.
    """

    name: str
    run: Callable[[Path], None]
    modules: tuple[str, ...]
    share: int
    needs_run: bool = True


def prepare(home: Path, with_run: bool) -> None:
    """A small workspace with two datasets, an LF set, drafts, a note and gold by hand, perhaps a finished run; files to read and replace."""
    workspace = Workspace(home / "workspace")
    raw = write_demo(home / "raw", users=_USERS)
    for folder in ("in", "out"):
        (home / folder).mkdir()
    files = [part for kind, path in raw.items() for part in (f"--{kind}", str(path))]
    command(home, "ingest", "goodreads", *files, "--name", "demo")
    ratings = pd.read_json(raw["reviews"], lines=True, dtype=False)[["user_id", "book_id", "rating", "review_text"]]
    ratings[:600].to_csv(home / "in" / "before.csv", index=False)
    ratings[300:1000].to_csv(home / "in" / "films.csv", index=False)
    _ingest(home, "before")
    dataset, lf_set = open_dataset(workspace, "demo"), read_lf_set(PROJECT / "lfs" / "tutorial.yaml")
    base = save_version(workspace, _variant(lf_set, 1), 0)
    for number in range(1, _VERSIONS):
        keep(workspace, Draft(base, base.lf_set, id=f"{number:016x}"))
    rows = dataset.split("dev")[["user_id", "book_id"]]
    row = rows.iloc[0]
    write_note(dataset, row["user_id"], row["book_id"], "before")
    label_by_hand(dataset, row["user_id"], row["book_id"], -1, "somebody")
    rows.assign(model_a=1, model_b=0).to_csv(home / "in" / "votes.csv", index=False)
    other = lf_set.model_copy(update={"name": "other"})
    (home / "in" / "other.yaml").write_text(other.to_yaml(), encoding="utf-8")
    if with_run:
        _train_anew(home, epochs=1)
        (run,) = list_runs(workspace)
        for folder in ("in", "out"):
            command(home, "export", "run", "--run", run.id, "--out", str(home / folder / "run.zip"))
    for name in ("labels.csv", "lfs.py"):
        (home / "out" / name).write_text("before", encoding="utf-8")
    rows.to_parquet(home / "out" / "probs.parquet")
    shutil.rmtree(home / "raw")


def command(home: Path, *arguments: str) -> None:
    """``weakrec ARGUMENTS`` on the workspace; a status other than 0 ends the process, as it does there."""
    from weakrec_core.__main__ import main

    os.environ[HOME_VARIABLE] = str(home / "workspace")
    sys.argv = ["weakrec", *arguments]
    try:
        main()
    except SystemExit as e:
        if e.code:
            raise


def _ingest(home: Path, file: str = "films") -> None:
    """As the job that a page starts: its status tells how far it is."""
    job = ingest_job(Workspace(home / "workspace"), "films")
    job.path.mkdir(parents=True, exist_ok=True)
    os.environ[JOB_VARIABLE] = str(job.path)
    columns = ("--user", "user_id", "--item", "book_id", "--rating", "rating", "--text", "review_text")
    command(home, "ingest", "table", str(home / "in" / f"{file}.csv"), *columns, "--name", "films", "--noun", "film")


def _save(home: Path) -> None:
    """An hour of editing in a moment: of each edit the draft, a version, a note and a label by hand."""
    workspace = Workspace(home / "workspace")
    try:
        dataset = open_dataset(workspace, "demo")
        rows = dataset.split("dev")
        begun = load_version(workspace, _LFS).number
        for number in range(begun, _VERSIONS):
            base = load_version(workspace, _LFS, number)
            edited = _variant(base.lf_set, number + 1)
            row = rows.iloc[number]
            keep(workspace, Draft(base, edited, id=f"{number:016x}"))
            write_note(dataset, row["user_id"], row["book_id"], f"note {number}")
            label_by_hand(dataset, row["user_id"], row["book_id"], -1, "somebody")
            save_version(workspace, edited, number, note=f"edit {number}")
    except OSError as e:  # as the pages say it
        print(f"error: {os_sentence(e)}", file=sys.stderr)
        sys.exit(2)


def _variant(lf_set: LFSet, number: int) -> LFSet:
    """The set with its last LF alone, another for each number."""
    return lf_set.model_copy(
        update={"name": _LFS, "lfs": (lf_set.lfs[-1].model_copy(update={"threshold": number / 10}),)}
    )


def _fit(home: Path) -> None:
    arguments = ("--dataset", "demo", "--lfs", "tutorial", "--label-model", "snorkel", "--lm-epochs", "50")
    command(home, "fit", *arguments, "--out", str(home / "out" / "probs.parquet"), "--json")


def _train(home: Path) -> None:
    """A new run, or the one that was broken off, where there is one."""
    unfinished = [run.id for run in list_runs(Workspace(home / "workspace")) if run.status.state in UNFINISHED]
    if unfinished:
        command(home, "train", "--resume", unfinished[0])
    elif len(list_runs(Workspace(home / "workspace"))) < 2:
        _train_anew(home, epochs=3)


def _train_anew(home: Path, epochs: int) -> None:
    inputs = ("--dataset", "demo", "--lfs", "tutorial", "--label-model", "calibrated", "--text-model", "off")
    command(home, "train", *inputs, "--preset", "tutorial", "--epochs", str(epochs))


def _export(home: Path) -> None:
    run = min(run.id for run in list_runs(Workspace(home / "workspace")))
    out = home / "out"
    command(home, "export", "run", "--run", run, "--out", str(out / "run.zip"))
    command(home, "export", "lfs", "--lfs", "recommended", "--dataset", "demo", "--out", str(out / "lfs.py"))
    model = ("--label-model", "calibrated")
    command(
        home, "export", "labels", "--dataset", "demo", "--lfs", "tutorial", *model, "--out", str(out / "labels.csv")
    )


def _import(home: Path) -> None:
    """A run unless it is there, votes and an LF set, which may be there already."""
    source = home / "in"
    if all(run.id != _IMPORTED for run in list_runs(Workspace(home / "workspace"))):
        command(home, "import", str(source / "run.zip"), "--name", _IMPORTED)
    command(home, "import", str(source / "votes.csv"), "--dataset", "demo")
    command(home, "import", str(source / "other.yaml"))


_READERS = (
    "benchmarks.faults.state",
    "benchmarks.faults.work",
    "benchmarks.faults.trials",
    "weakrec_core.__main__",
    "textblob",
)
_MODELS = ("weakrec_core.label_model.fitting", "weakrec_core.label_model.comparing")
WORKS = {
    work.name: work
    for work in (
        Work("ingest", _ingest, (*_READERS, "weakrec_core.data.ingest.table"), 26, needs_run=False),
        Work("save", _save, _READERS, 26, needs_run=False),
        Work("fit", _fit, (*_READERS, *_MODELS, "torch", "snorkel.labeling.model"), 12, needs_run=False),
        Work("train", _train, (*_READERS, *_MODELS, "keras", "weakrec_core.runs.measure_run"), 8),
        Work("export", _export, (*_READERS, *_MODELS, "weakrec_core.runs.archive"), 16),
        Work("import", _import, (*_READERS, "weakrec_core.runs.archive"), 12),
    )
}

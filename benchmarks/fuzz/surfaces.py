"""Where inputs come in: LF sets, files to ingest, the address, the workspace's own files, the command line."""

import contextlib
import io
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import typer
from hypothesis import strategies as st

from benchmarks.fuzz.strategies import NUMBERS, TEXTS, changed_json, lf_yaml, tampered
from weakrec_core.data.dataset import SPLITS, open_dataset
from weakrec_core.files import PROJECT
from weakrec_core.workspace import Workspace


class Surface(Protocol):
    """One of them: its cases, and what is tried with each: it comes to a result, or says a sentence, or raises one."""

    cases: st.SearchStrategy[Any]

    def attempt(self, case: Any) -> str | None: ...


class LFSets:
    """YAML from anybody; what is a set is applied."""

    def __init__(self, workspace: Workspace, place: Path):
        text = (PROJECT / "lfs" / "recommended.yaml").read_text(encoding="utf-8")
        short = "\n".join(text.splitlines()[:40]) + "\n"
        self.cases = lf_yaml([(PROJECT / "lfs" / "tutorial.yaml").read_text(encoding="utf-8"), short])
        self.applier = _applier(workspace)

    def attempt(self, case: str) -> None:
        from weakrec_core.labeling.lf_set import LFSet

        self.applier.of(LFSet.from_yaml(case)).summary("dev")


class Tables:
    """Files of ratings, looked at and previewed by the columns that were guessed."""

    def __init__(self, workspace: Workspace, place: Path):
        self.place, self.at = place, 0
        kinds = {path.name.partition(".")[2]: path.read_bytes() for path in _tables(place)}
        self.cases = st.sampled_from(sorted(kinds)).flatmap(
            lambda kind: st.tuples(st.just(kind), tampered([kinds[kind]]), st.sampled_from([kind, *kinds]))
        )

    def attempt(self, case: tuple[str, bytes, str]) -> None:
        from weakrec_core.data.ingest.look import look
        from weakrec_core.data.ingest.table import Columns, preview_table

        _, content, suffix = case
        path = self.place / f"t.{suffix}"
        path.write_bytes(content)
        found = look(path)
        roles = {
            role: name for role, name in found.roles.items() if role in ("user", "item", "rating", "text", "title")
        }
        if {"user", "item", "rating"} <= roles.keys():
            preview_table(path, Columns(**roles))


class Addresses:
    """Parameters of the address, on every page."""

    def __init__(self, workspace: Workspace, place: Path):
        run = sorted(path.name for path in workspace.runs.iterdir())[0]
        pages = "overview data labeling_functions error_analysis label_model training results help presentation activity".split()
        keys = """dataset draft run lf row rows_page view slide k user book liked beside pin present topic model gold kind outcome signal
            low high by slice text starred share tab sort sort_turned find""".split()
        values = (
            TEXTS
            | NUMBERS.map(str)
            | st.sampled_from(["demo", run, "POSITIVE", "polarity", "1", "wrong", "stars_in_review"])
        )
        usable = values.filter(
            lambda text: not any(0xD800 <= ord(sign) < 0xE000 for sign in text)
        )  # no URL can hold these
        self.cases = st.tuples(st.sampled_from(pages), st.dictionaries(st.sampled_from(keys), usable, max_size=5))

    def attempt(self, case: tuple[str, dict[str, str]]) -> None:
        from tests.app.conftest import opened

        page, query = case
        app = opened(f"pages/{page}/page.py", **query)
        said = [error.value for error in app.error if "Something went wrong" in error.value]
        assert not said, said


class WorkspaceFiles:
    """Each file of a workspace tampered with, and everything that reads it."""

    def __init__(self, workspace: Workspace, place: Path):
        self.workspace = workspace
        self.good = {path: path.read_bytes() for path in _files(workspace)}
        names = sorted(self.good)
        _read_all(workspace, next(path for path in names if path.suffix == ".keras"))  # loads what opens networks
        self.cases = st.sampled_from(names).flatmap(lambda path: st.tuples(st.just(path), self._bad(path)))

    def _bad(self, path: Path) -> st.SearchStrategy[bytes]:
        good = self.good[path]
        return tampered([good]) | changed_json(good) if path.suffix in (".json", ".jsonl") else tampered([good])

    def attempt(self, case: tuple[Path, bytes]) -> None:
        path, content = case
        path.write_bytes(content)
        try:
            _read_all(self.workspace, path)
        finally:
            path.write_bytes(self.good[path])


class Commands:
    """The command line, with values of every kind; what would train, fetch, serve or ask a model is left out."""

    LEFT_OUT = frozenset(
        "open demo download train worth suggest fit clusters vectors ask draft recommend serve similar doctor report".split()
    )

    def __init__(self, workspace: Workspace, place: Path):
        from weakrec_core.__main__ import app

        self.place, self.workspace = place, workspace
        self.whole = shutil.copytree(workspace.root, place / "whole")
        run = sorted(path.name for path in workspace.runs.iterdir())[0]
        (place / "lf.yaml").write_text(
            (PROJECT / "lfs" / "tutorial.yaml").read_text(encoding="utf-8"), encoding="utf-8"
        )
        tables = [path.name for path in _tables(place)]
        known = st.sampled_from(["demo", "tutorial", run, "lf.yaml", "dev", "train", "stars_in_review", "1", *tables])
        group: Any = typer.main.get_command(app)
        plain = (TEXTS | NUMBERS.map(str)).filter(
            lambda text: "/" not in text and "\x00" not in text and "\ud800" not in text
        )
        self.cases = st.one_of(
            [
                _calls(path, command, known | plain)
                for path, command in _leaves(group, ())
                if path[0] not in self.LEFT_OUT
            ]
        )

    def attempt(self, case: tuple[str, ...]) -> str | None:
        from weakrec_core.__main__ import main

        out, err, status = io.StringIO(), io.StringIO(), None
        before, argv = os.getcwd(), sys.argv
        os.chdir(self.place)
        sys.argv = ["weakrec", *case]
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                main()
        except SystemExit as end:
            status = end.code
        finally:
            os.chdir(before)
            sys.argv = argv
            if case[0] == "storage" and "--yes" in case:  # what it may have deleted
                shutil.copytree(self.whole, self.workspace.root, dirs_exist_ok=True)
        said = [line.removeprefix("error: ") for line in err.getvalue().splitlines() if line.startswith("error: ")]
        assert status in (None, 0) or (status == 2 and len(said) == 1), (status, err.getvalue()[-500:])
        return said[0] if said else None


SURFACES: dict[str, tuple[Callable[[Workspace, Path], Surface], float]] = {
    "address": (Addresses, 0.003),
    "ingest": (Tables, 0.017),
    "command_line": (Commands, 0.05),
    "workspace_files": (WorkspaceFiles, 0.1),
    "lf_yaml": (LFSets, 0.83),
}


def _applier(workspace: Workspace) -> Any:
    from weakrec_core.labeling.apply import Applier

    return Applier(open_dataset(workspace, "demo"))


def _tables(place: Path) -> list[Path]:
    """Small tables of ratings, one a kind of file."""
    import gzip

    import pandas as pd

    rows = [(f"u{u}", f"i{i}", 1 + (u + i) % 5, f"text {u}, {i} of “é”") for u in range(20) for i in range(6)]
    frame = pd.DataFrame(rows, columns=["user", "item", "rating", "review"])
    paths = [place / f"ratings.{kind}" for kind in ("csv", "tsv", "jsonl", "json", "parquet", "xlsx", "csv.gz")]
    frame.to_csv(paths[0], index=False)
    frame.to_csv(paths[1], index=False, sep="\t")
    frame.to_json(paths[2], orient="records", lines=True)
    frame.to_json(paths[3], orient="records")
    frame.to_parquet(paths[4], index=False)
    frame.to_excel(paths[5], index=False)
    paths[6].write_bytes(gzip.compress(paths[0].read_bytes()))
    return paths


def _files(workspace: Workspace) -> list[Path]:
    """The files that somebody reads: not locks, logs of processes, or the raw files of the demo."""
    found = []
    for path in sorted(workspace.root.rglob("*")):
        top = path.relative_to(workspace.root).parts[0]
        if (
            path.is_file()
            and top not in ("raw", "looks", "logs")
            and path.suffix in (".json", ".jsonl", ".yaml", ".parquet", ".npy", ".npz", ".keras", ".txt")
        ):
            found.append(path)
    return found


def _read_all(workspace: Workspace, path: Path) -> None:
    """What pages and commands read of the store that a file is in."""
    from weakrec_core.activity import entries
    from weakrec_core.data.ingest.ingest_jobs import unfinished_jobs
    from weakrec_core.data.looked_at import looked_at
    from weakrec_core.data.notes import read_notes
    from weakrec_core.labeling.drafts import recall
    from weakrec_core.labeling.versions import list_sets, load_version, version_numbers
    from weakrec_core.runs.listing import damaged_runs, list_runs, queue
    from weakrec_core.runs.pinned import is_pinned
    from weakrec_core.runs.share import links
    from weakrec_core.signals import SignalStore

    store = path.relative_to(workspace.root).parts[0]
    if store == "runs":
        from weakrec_core.network.blend import load_blended
        from weakrec_core.runs import result_tables
        from weakrec_core.runs.presentation.slides import slides
        from weakrec_core.runs.scores import rating_intervals, read_scores
        from weakrec_core.runs.worth import read_worth

        damaged_runs(workspace)
        for run in queue(workspace) or list_runs(workspace):
            run.summary(), is_pinned(run), read_worth(run), read_scores(run)
            if run.result:
                result_tables.headlines(run.result, {"auc": "normal"}, rating_intervals(run))
                (
                    result_tables.better_rivals(run.result),
                    result_tables.lists_sentence(run.result),
                    result_tables.decisions(run.result),
                )
                slides(run, None, rating_intervals(run))
            if path.suffix in (".keras", ".npz"):
                load_blended(run.path)
    elif store == "lf_sets":
        for name in list_sets(workspace):
            for number in version_numbers(workspace, name):
                load_version(workspace, name, number)
    elif store == "drafts":
        recall(workspace, path.stem)
    elif store == "data-jobs":
        unfinished_jobs(workspace)
    elif store in ("activity.jsonl", "shares", "pinned"):
        entries(workspace), links(workspace), [is_pinned(run) for run in list_runs(workspace)]
    else:
        dataset = open_dataset(workspace, "demo")
        for split in SPLITS:
            dataset.split(split), dataset.gold(split)
        dataset.books, dataset.histories, dataset.user_ids, read_notes(dataset), looked_at(dataset, "dev")
        signals = SignalStore(dataset)
        for name in ("polarity", "author_books"):
            signals.values(name, "valid")


def _leaves(group: Any, path: tuple[str, ...]) -> list[tuple[tuple[str, ...], Any]]:
    found = []
    for name, command in group.commands.items():
        found += _leaves(command, (*path, name)) if hasattr(command, "commands") else [((*path, name), command)]
    return found


def _calls(path: tuple[str, ...], command: Any, values: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[str, ...]]:
    """Calls of a command: each parameter left out or with any value; what is written goes to one place."""

    @st.composite
    def call(draw: st.DrawFn) -> tuple[str, ...]:
        said = list(path)
        for parameter in command.params:
            if draw(st.integers(0, 3)) == 0 and not parameter.required:
                continue
            written = parameter.name in ("out", "into", "workspace")
            value = f"written-{draw(st.integers(0, 3))}" if written else draw(values)
            if parameter.param_type_name == "argument":
                said.append(value)
            else:
                said += [parameter.opts[0]] if getattr(parameter, "is_flag", False) else [parameter.opts[0], value]
        return tuple(said)

    return call()


def prepare(workspace: Workspace) -> None:
    """A small demo with a run, a version, a draft, a note, a link and a pinned run."""
    from weakrec_core.data.demo.raw_files import write_demo
    from weakrec_core.data.ingest.goodreads import ingest_goodreads
    from weakrec_core.data.notes import write_note
    from weakrec_core.data.splits import SplitConfig
    from weakrec_core.labeling.drafts import keep, open_draft
    from weakrec_core.labeling.versions import find_lf_set, new_set
    from weakrec_core.runs.job import execute
    from weakrec_core.runs.pinned import pin
    from weakrec_core.runs.share import share
    from weakrec_core.runs.store import new_run

    raw = write_demo(workspace.root / "raw", users=120)
    dataset = ingest_goodreads(workspace, "demo", **raw, splits=SplitConfig(dev_rows=300))
    shutil.rmtree(workspace.root / "raw")
    row = dataset.split("dev").iloc[0]
    write_note(dataset, row["user_id"], row["book_id"], "why?")
    new_set(workspace, "mine")
    keep(workspace, open_draft(workspace, "mine"))
    run = new_run(
        dataset,
        *find_lf_set(workspace, Path("tutorial")),
        "calibrated",
        text_model="off",
        preset="recommended",
        epochs=1,
    )
    execute(run)
    pin(run)
    share(run, 7)

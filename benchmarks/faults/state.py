"""What readers find in a workspace, item by item, so that two states of it can be compared."""

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from weakrec_core.data.attached import attached_columns, attached_votes
from weakrec_core.data.dataset import SPLITS, list_datasets, open_dataset
from weakrec_core.data.gold_log import read_log
from weakrec_core.data.ingest.ingest_jobs import unfinished_jobs
from weakrec_core.data.notes import read_notes
from weakrec_core.jobs.status import UNFINISHED
from weakrec_core.labeling.drafts import recall
from weakrec_core.labeling.versions import list_sets, load_version, version_numbers
from weakrec_core.runs.listing import damaged_runs, list_runs
from weakrec_core.runs.store import Run
from weakrec_core.signals import SignalStore
from weakrec_core.signals.registry import FAMILIES
from weakrec_core.workspace import Workspace

State = dict[str, str]
UNFINISHED_WORK = "not finished: "  # what a reader may find of work that was killed
_VOLATILE = {"run", "training", "seconds", "elapsed", "examples_per_second"}


def state(home: Path, known_runs: frozenset[str] = frozenset()) -> State:
    """By item what it holds, as a digest, or what a reader says of it.

    Parameters
    ----------
    home : Path
        With the folders ``workspace`` and ``out``, which takes what is exported.
    known_runs : set of str
        Those that were there before; others are called by their number, as each has another id.
    """
    workspace = Workspace(home / "workspace")
    found = {}
    for item, read in (
        *_datasets(workspace),
        *_lf_sets(workspace),
        *_runs(workspace, known_runs),
        *_exports(home / "out"),
    ):
        try:
            found[item] = read()
        except Exception as e:  # whatever a reader says is what is compared
            found[item] = f"unreadable: {type(e).__name__}: {e}"
    for name, status in unfinished_jobs(workspace).items():
        found[f"job {name}"] = f"{UNFINISHED_WORK if status.state in UNFINISHED else ''}{status.state}"
    return found


def differences(before: State, after: State, found: State) -> tuple[list[str], list[str]]:
    """What is lost of what there was before the work, and what is neither as before nor as after it."""
    lost = [f"{item}: {found.get(item)}" for item in before if found.get(item) not in (before[item], after.get(item))]
    half = [
        f"{item}: {said}"
        for item, said in found.items()
        if item not in before and said != after.get(item) and not said.startswith(UNFINISHED_WORK)
    ]
    return lost, half


Items = Iterator[tuple[str, Callable[[], str]]]


def _datasets(workspace: Workspace) -> Items:
    for name in list_datasets(workspace):
        yield f"dataset {name}", lambda name=name: _dataset(workspace, name)
        yield f"signals of {name}", lambda name=name: _signals(workspace, name)
        try:
            dataset = open_dataset(workspace, name)
        except Exception:  # its first item says why
            continue
        for column in attached_columns(dataset):
            votes = [(attached_votes, dataset, column, split) for split in SPLITS]
            yield f"votes {name} {column}", lambda votes=votes: _digest(*(read(*which) for read, *which in votes))
        for row in read_notes(dataset).itertuples():
            yield f"note {name} {row.user_id} {row.book_id}", lambda row=row: row.note
        for i, line in enumerate(read_log(workspace, name, dataset.data_fingerprint)):
            yield f"gold {name} {i}", lambda line=line: _digest(line.model_dump(exclude={"at"}))


def _dataset(workspace: Workspace, name: str) -> str:
    dataset = open_dataset(workspace, name).with_gold_log(())  # which are items of their own
    tables = [dataset.split(split) for split in SPLITS]
    kept = [dataset.kept(column, split) for column in dataset.kept_columns for split in SPLITS]
    histories = dataset.histories
    more = [dataset.train_gold(), histories.indptr, histories.indices, dataset.user_ids, dataset.books, *kept]
    return _digest(dataset.data_fingerprint, *tables, *more)


def _signals(workspace: Workspace, name: str) -> str:
    store = SignalStore(open_dataset(workspace, name))
    return _digest(*(store.values(signal, split) for signal in FAMILIES for split in SPLITS))


def _lf_sets(workspace: Workspace) -> Items:
    for name in list_sets(workspace):
        for number in filter(None, version_numbers(workspace, name)):  # 0 comes with the workbench
            yield f"LF set {name} v{number}", lambda name=name, number=number: _version(workspace, name, number)
    for path in sorted(workspace.drafts.glob("[!.]*.json")):
        yield f"draft {path.stem}", lambda path=path: _draft(workspace, path.stem)


def _version(workspace: Workspace, name: str, number: int) -> str:
    version = load_version(workspace, name, number)
    return _digest(version.lf_set.model_dump(mode="json"), version.base, version.note, version.by)


def _draft(workspace: Workspace, name: str) -> str:
    draft = recall(workspace, name)
    return "cannot be recalled" if draft is None else _digest(draft.lf_set.model_dump(mode="json"))


def _runs(workspace: Workspace, known: frozenset[str]) -> Items:
    new = 0
    for run in list_runs(workspace):
        new += run.id not in known
        yield f"run {run.id if run.id in known else new}", lambda run=run: _run(run)
    for name, why in damaged_runs(workspace).items():
        begun = (workspace.runs / name / "config.json").exists()
        yield f"damaged run {name}", lambda why=why, begun=begun: why if begun else f"{UNFINISHED_WORK}{why}"


def _run(run: Run) -> str:
    status = run.status
    if status.state in UNFINISHED:
        return f"{UNFINISHED_WORK}{status.state}"
    if status.state != "succeeded":
        return status.state
    tables = [pd.read_parquet(path) for path in sorted(run.path.glob("*.parquet"))]
    weights = [_arrays(path) for path in sorted(run.path.glob("*.npz")) if path.name != "checkpoint.npz"]
    return _digest(_stable(run.result), _stable(run.epochs), *tables, *weights, _zip(run.path / "model.keras"))


def _exports(directory: Path) -> Items:
    for path in sorted(directory.glob("*")):  # names with a dot before them are temporary
        if not path.name.startswith("."):
            yield f"file {path.name}", lambda path=path: _export(path)


def _export(path: Path) -> str:
    if path.suffix == ".zip":
        return _zip(path)
    return _digest(pd.read_parquet(path) if path.suffix == ".parquet" else path.read_text(encoding="utf-8"))


def _zip(path: Path) -> str:
    """The members that are the same each time, after a look at whether all are whole."""
    with zipfile.ZipFile(path) as archive:
        if (bad := archive.testzip()) is not None:
            return f"unreadable: {bad}"
        members = archive.infolist()
        same = [m for m in members if m.filename.endswith((".h5", ".parquet", "result.json"))]
        return _digest([m.filename for m in members], [(m.filename, m.CRC) for m in same])


def _arrays(path: Path) -> list[Any]:
    with np.load(path, allow_pickle=False) as arrays:
        return [[name, arrays[name].tolist()] for name in arrays]


def _stable(value: Any) -> Any:
    """Without what differs from run to run: ids and times."""
    if isinstance(value, dict):
        return {key: _stable(one) for key, one in value.items() if key not in _VOLATILE}
    return [_stable(one) for one in value] if isinstance(value, list) else value


def _digest(*values: Any) -> str:
    digest = hashlib.sha256()
    for value in values:
        if isinstance(value, np.ndarray):
            content = value.tobytes()
        elif isinstance(value, pd.DataFrame | pd.Series):
            content = value.to_json(orient="split").encode()
        else:
            content = json.dumps(value, sort_keys=True).encode()
        digest.update(content)
    return digest.hexdigest()[:16]

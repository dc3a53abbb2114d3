"""A run as one zip file that another workspace takes in."""

import io
import json
import shutil
import stat
import tempfile
import zipfile
from pathlib import Path

from pydantic import ValidationError

from weakrec_core import files, limits
from weakrec_core.access import Role, require
from weakrec_core.activity import record
from weakrec_core.errors import DataError, RunError, WeakrecError
from weakrec_core.network.blend import check_blended
from weakrec_core.packing import DAMAGED_ZIP, check_archive
from weakrec_core.runs.about import ABOUT_FILE
from weakrec_core.runs.card import render_card
from weakrec_core.runs.presentation.slide import LISTS_FILE
from weakrec_core.runs.result_tables import finished
from weakrec_core.runs.store import Run
from weakrec_core.runs.worth import read_worth
from weakrec_core.workspace import Workspace

CARD = "card.md"
_NEEDED = ("config.json", "status.json", "result.json", "metrics.jsonl", "label_model.json", "model.keras")
_OPTIONAL = (
    ABOUT_FILE,
    LISTS_FILE,
    "train.log",
    "ease.npz",
    "rating.npz",
    "test_rows.parquet",
    "test_users.parquet",
    "worth.json",
)
_FILES = {CARD, *_NEEDED, *_OPTIONAL}


def export_run(run: Run, path: Path) -> None:
    """Write a finished run as a zip with its card: files are ``ID/NAME``.

    Raises
    ------
    RunError
        If the run has no result.
    """
    content = run_zip(run)
    with files.atomic(path) as tmp:
        tmp.write_bytes(content)


def run_zip(run: Run) -> bytes:
    """What `export_run` writes."""
    finished(run)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{run.id}/{CARD}", render_card(run))
        for name in (*_NEEDED, *_OPTIONAL):
            if (run.path / name).exists():
                archive.write(run.path / name, f"{run.id}/{name}")
    return buffer.getvalue()


def import_run(workspace: Workspace, path: Path, name: str | None = None) -> Run:
    """Take a run from a zip that `export_run` wrote, here or elsewhere.

    Nothing is overwritten, and nothing is left behind where the file is refused. What the files say is not run: a network of
    anything but stock layers and arrays of objects are refused (`network.blend.check_blended`).

    Parameters
    ----------
    name : str, optional
        The run's id here, by default the one it had.

    Raises
    ------
    WeakrecError
        If it is no such file, is damaged or is too large, or there is a run of that id.
    """
    require(Role.EDITOR, "import a run")
    try:
        with zipfile.ZipFile(path) as archive:
            was, members = _members(archive, path)
            run = Run(workspace, files.checked_name(name or was, "Run"))
            taken = RunError(f"There is a run {run.id!r} already; import {path} under another name with --name.")
            if run.path.exists():
                raise taken
            files.make_directory(workspace.runs)
            with tempfile.TemporaryDirectory(dir=workspace.runs, prefix=".import-") as hidden:
                incoming = Run(workspace, f"{Path(hidden).name}/{run.id}")
                incoming.path.mkdir()
                for file_name, member in members.items():
                    with archive.open(member) as source, (incoming.path / file_name).open("wb") as target:
                        shutil.copyfileobj(source, target)
                _check(incoming, run.id, path)
                files.sync_all(incoming.path)
                try:
                    incoming.path.rename(run.path)
                except OSError:  # somebody else was first
                    raise taken from None
                files.sync(workspace.runs)
    except DAMAGED_ZIP as e:
        raise RunError(f"{path} is not a zip file that can be read ({type(e).__name__}).") from None
    record(workspace, "imported run", run.id)
    return run


def _members(archive: zipfile.ZipFile, path: Path) -> tuple[str, dict[str, zipfile.ZipInfo]]:
    """The run's id and its files; `RunError` for a file that no run has, or what would fill the disk."""
    found: dict[str, zipfile.ZipInfo] = {}
    ids = set()
    for info in archive.infolist():
        run_id, _, name = info.filename.partition("/")
        if not name:
            continue  # the directory
        ids.add(run_id)
        if name not in _FILES or name in found or stat.S_ISLNK(info.external_attr >> 16) or info.flag_bits & 1:
            raise RunError(f"{path} is not an exported run: its file {info.filename!r} is none that a run has.")
        found[name] = info
    try:
        check_archive(archive, path, limits.RUN)
    except DataError as e:
        raise RunError(str(e)) from None
    if len(ids) != 1 or (missing := [name for name in _NEEDED if name not in found]):
        lacks = "one directory with a run" if len(ids) != 1 else missing[0]
        raise RunError(f"{path} is not an exported run: it lacks {lacks}.")
    return ids.pop(), {name: info for name, info in found.items() if name != CARD}


def _check(run: Run, run_id: str, path: Path) -> None:
    """That the files are those of a finished run, which then has this id; `RunError` if not."""
    try:
        if run.status.state != "succeeded":
            raise RunError(f"it is {run.status.state}")
        _ = run.config.frozen_lf_set
        check_blended(run.path)
        json.loads((run.path / "label_model.json").read_text(encoding="utf-8"))
        if not all(isinstance(epoch, dict) for epoch in run.epochs):
            raise RunError("metrics.jsonl does not have one record an epoch")
        read_worth(run)
        render_card(run)  # reads what pages and reports show of a result
        run.write_result({**(run.result or {}), "run": run_id})
    except (WeakrecError, ValidationError, zipfile.BadZipFile, ValueError, LookupError, TypeError, AttributeError) as e:
        said = " ".join(str(e).split()).replace(run.id, run_id).rstrip(".")
        raise RunError(f"{path} is not a run that this version can read: {said}.") from None

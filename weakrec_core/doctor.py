"""What a look at an installation and its workspace finds, each with what to do about it; nothing is changed."""

import os
import platform
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from typing import Literal

import requests
from filelock import FileLock, Timeout
from packaging.requirements import Requirement

from weakrec_core import files
from weakrec_core.data.dataset import list_datasets, open_dataset
from weakrec_core.data.ingest.ingest_jobs import unfinished_jobs
from weakrec_core.data.noun import counted
from weakrec_core.errors import WeakrecError
from weakrec_core.labeling.versions import list_sets, load_version, version_numbers
from weakrec_core.language_model.endpoint import Endpoint
from weakrec_core.runs.listing import damaged_runs, list_runs
from weakrec_core.workspace import Workspace

State = Literal["ok", "note", "bad"]
_PACKAGE = "weakrec-workbench"
_OPTIONAL = {
    "Authlib": "sign-in by OpenID Connect",
    "wordllama": "vectors of a language model's words for similar rows",
    "textblob-de": "polarity of German reviews",
    "textblob-fr": "polarity of French reviews",
    "implicit": "matrix factorisations to compare with",
    "mlflow-skinny": "runs logged to MLflow",
}
_LOW, _TOO_LOW = 5 * 2**30, 2**30  # bytes free: a run of a large dataset, any run
_PATIENCE = 3  # seconds that a server on this machine may take to say that it is well


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes
    ----------
    subject : str
        What was looked at, in a word or two.
    state : {"ok", "note", "bad"}
        Whether it is as it should be; "note" is worth knowing and keeps nothing from working.
    said : str
        What was found, a sentence.
    todo : str
        What to do about it, a sentence; empty where there is nothing to do.
    """

    subject: str
    state: State
    said: str
    todo: str = ""


def examine(workspace: Workspace, port: int = 8501) -> list[Finding]:
    """Look at the libraries, the workspace with all that is in it, the disk, and the server on a port of this machine."""
    parts = (
        _libraries(),
        _optional(),
        _workspace(workspace),
        _disk(workspace),
        _datasets(workspace),
        _lf_sets(workspace),
    )
    return [
        found
        for part in (*parts, _runs(workspace), _jobs(workspace), _locks(workspace), _server(port), _model())
        for found in part
    ]


def _libraries() -> Iterator[Finding]:
    wrong = []
    needed = [r for r in _requirements() if r.marker is None or r.marker.evaluate({"extra": ""})]
    for requirement in needed:
        try:
            version = metadata.version(requirement.name)
        except metadata.PackageNotFoundError:
            wrong.append(f"{requirement.name} is missing")
            continue
        if not requirement.specifier.contains(version, prereleases=True):
            wrong.append(f"{requirement.name} is {version}, not {requirement.specifier}")
    python = f"Python {platform.python_version()}"
    if wrong:
        install = f"pip install {_PACKAGE}" if files.INSTALLED else "pip install -r requirements.txt"
        yield Finding("libraries", "bad", f"{python}; {'; '.join(wrong)}.", f"Install them as required: {install}.")
    else:
        yield Finding("libraries", "ok", f"{python}; {len(needed)} libraries as required.")


def _requirements() -> list[Requirement]:
    """Of the installed package, or of the checkout."""
    if files.INSTALLED:
        return [Requirement(line) for line in metadata.requires(_PACKAGE) or ()]
    lines = (files.PROJECT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if line and line[0] not in "#-"]


def _optional() -> Iterator[Finding]:
    for name, purpose in _OPTIONAL.items():
        try:
            yield Finding(name, "ok", f"Version {metadata.version(name)}: {purpose}.")
        except metadata.PackageNotFoundError:
            yield Finding(
                name, "note", f"Not installed: {purpose}.", "Optional; the page Install of the docs says how."
            )


def _workspace(workspace: Workspace) -> Iterator[Finding]:
    root = workspace.root
    if not root.exists():
        yield Finding("workspace", "note", f"{root} does not exist yet; the first start makes it.")
    elif not root.is_dir():
        yield Finding("workspace", "bad", f"{root} is no directory.", "Name another one with WEAKREC_HOME.")
    elif not os.access(root, os.R_OK | os.W_OK | os.X_OK):
        yield Finding(
            "workspace", "bad", f"{root} cannot be written to.", "Give this user the rights, or start as its owner."
        )
    else:
        yield Finding("workspace", "ok", f"{root} can be read and written.")


def _disk(workspace: Workspace) -> Iterator[Finding]:
    there = next(path for path in (workspace.root, *workspace.root.parents) if path.exists())
    free = shutil.disk_usage(there).free
    state: State = "bad" if free < _TOO_LOW else "note" if free < _LOW else "ok"
    todo = "" if state == "ok" else "Make room: the Data page says what takes how much."
    yield Finding("disk", state, f"{free / 2**30:,.1f} GiB are free.", todo)


def _datasets(workspace: Workspace) -> Iterator[Finding]:
    names = list_datasets(workspace)
    for name in names:
        try:
            open_dataset(workspace, name)
        except WeakrecError as e:
            yield Finding(f"dataset {name}", "bad", str(e), "Ingest it anew, or take it from a backup.")
    yield Finding("datasets", "ok", f"{counted(len(names), 'dataset')}: {', '.join(names)}." if names else "None yet.")


def _lf_sets(workspace: Workspace) -> Iterator[Finding]:
    names, versions = list_sets(workspace), 0
    for name in names:
        for number in version_numbers(workspace, name):
            versions += 1
            try:
                load_version(workspace, name, number)
            except WeakrecError as e:
                yield Finding(f"LF set {name} v{number}", "bad", str(e), "Mend the file, or take it from a backup.")
    yield Finding("LF sets", "ok", f"{counted(len(names), 'set')} with {counted(versions, 'version')}.")


def _runs(workspace: Workspace) -> Iterator[Finding]:
    try:
        damaged, whole = damaged_runs(workspace), list_runs(workspace)
    except WeakrecError as e:
        yield Finding("runs", "bad", str(e), "Give this user the rights to read it.")
        return
    for run, why in damaged.items():
        yield Finding(f"run {run}", "bad", why, "Remove it, or take it from a backup; the others are shown without it.")
    for one in whole:
        if one.status.state == "lost":
            yield Finding(f"run {one.id}", "note", f"Lost: {one.status.error}", "Resume it on the Training page.")
    yield Finding("runs", "ok", f"{counted(len(whole), 'run')} can be shown.")


def _jobs(workspace: Workspace) -> Iterator[Finding]:
    for name, status in unfinished_jobs(workspace).items():
        said = (
            f"Being made: {status.stage}."
            if status.active
            else f"Making it ended {status.state}: {status.error or 'no word.'}"
        )
        yield Finding(
            f"dataset {name}", "note", said, "" if status.active else "The Data page offers to dismiss it or try again."
        )


def _locks(workspace: Workspace) -> Iterator[Finding]:
    """Who holds a lock works: the operating system frees those of the dead."""
    held = []
    for path in sorted(workspace.root.rglob("*.lock")):
        try:
            with FileLock(path, timeout=0):
                pass
        except Timeout:
            held.append(str(path.relative_to(workspace.root)))
        except OSError:
            continue
    yield Finding("locks", "ok", f"Held at the moment: {', '.join(held)}." if held else "None is held.")


def _server(port: int) -> Iterator[Finding]:
    url = f"http://127.0.0.1:{port}/_stcore/health"
    try:
        well = requests.get(url, timeout=_PATIENCE).text == "ok"
    except requests.RequestException:
        yield Finding(
            "server", "note", f"No workbench answers on port {port} of this machine.", "Start it: weakrec open."
        )
        return
    if well:
        yield Finding("server", "ok", f"A browser reaches the workbench at http://127.0.0.1:{port}.")
    else:
        yield Finding(
            "server",
            "bad",
            f"What answers on port {port} is no workbench.",
            "Choose another port: weakrec open --port.",
        )


def _model() -> Iterator[Finding]:
    try:
        endpoint = Endpoint.from_environment()
    except WeakrecError as e:
        yield Finding("language model", "bad", str(e), "See the page A language model of the docs.")
        return
    said = (
        "None is named, and none is asked."
        if endpoint is None
        else f"{endpoint.model} at {endpoint.host} may be asked."
    )
    yield Finding("language model", "ok", said)

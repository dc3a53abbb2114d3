"""A run goes to another workspace as one file; what is no such file leaves nothing behind."""

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Done, zipped
from weakrec_core import limits
from weakrec_core.errors import RunError, WeakrecError
from weakrec_core.runs.archive import export_run, import_run
from weakrec_core.runs.card import render_card
from weakrec_core.runs.listing import list_runs
from weakrec_core.runs.store import Run, open_run
from weakrec_core.workspace import Workspace

Edit = Callable[[dict[str, bytes]], object]


@pytest.fixture(scope="module")
def run(prepared_runs: Path) -> Run:
    """A finished run, only read here."""
    return list_runs(Workspace(prepared_runs))[0]


@pytest.fixture(scope="module")
def exported(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("exported") / "run.zip"
    export_run(run, path)
    return path


def test_it_comes_out_as_it_went_in(run: Run, exported: Path, workspace: Workspace) -> None:
    taken = import_run(workspace, exported)
    assert taken.id == run.id and [r.id for r in list_runs(workspace)] == [run.id]
    assert (taken.config, taken.result, taken.epochs, taken.status) == (run.config, run.result, run.epochs, run.status)
    for name in (
        "model.keras",
        "ease.npz",
        "rating.npz",
        "test_rows.parquet",
        "test_users.parquet",
        "label_model.json",
    ):
        assert (taken.path / name).read_bytes() == (run.path / name).read_bytes()
    assert not list(workspace.runs.glob(".import*"))
    assert render_card(taken) == render_card(run)  # without the dataset, too


def test_with_the_dataset_there_it_recommends(
    run: Run, exported: Path, prepared_pages: Path, workspace: Workspace
) -> None:
    from weakrec_core.serving.worker import load_model

    shutil.copytree(prepared_pages / "datasets", workspace.datasets)
    assert load_model(import_run(workspace, exported)) is not None


def test_nothing_is_overwritten(run: Run, exported: Path, workspace: Workspace, cli: Callable[..., Done]) -> None:
    assert cli("import", exported).out.strip() == run.id
    done = cli("import", exported)
    assert (done.status, f"There is a run '{run.id}' already" in done.err) == (2, True)
    assert cli("import", exported, "--name", "theirs", "--json").json == {"run": "theirs"}
    again = open_run(workspace, "theirs")
    assert again.result is not None and run.result is not None
    assert again.result == run.result | {"run": "theirs"}
    with pytest.raises(WeakrecError, match="not usable"):
        import_run(workspace, exported, "../theirs")


def edited(source: Path, target: Path, edit: Edit) -> Path:
    """A copy of a zip with other files in it."""
    with zipfile.ZipFile(source) as archive_in:
        contents = {name: archive_in.read(name) for name in archive_in.namelist()}
    edit(contents)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive_out:
        for name, content in contents.items():
            archive_out.writestr(name, content)
    return target


def replaced(name: str, content: bytes) -> Edit:
    return lambda files: files.update({next(n for n in files if n.endswith(f"/{name}")): content})


def json_edited(name: str, **changes: object) -> Edit:
    def edit(files: dict[str, bytes]) -> None:
        key = next(n for n in files if n.endswith(f"/{name}"))
        files[key] = json.dumps(json.loads(files[key]) | changes).encode()

    return edit


def without(name: str) -> Edit:
    return lambda files: files.pop(next(n for n in files if n.endswith(f"/{name}")))


BAD: dict[str, tuple[Edit, str]] = {
    "path traversal": (lambda files: files.update({"../../evil.py": b"x"}), "its file '../../evil.py' is none"),
    "absolute path": (lambda files: files.update({"/etc/evil": b"x"}), "its file '/etc/evil' is none"),
    "a strange file": (lambda files: files.update({"r/evil.pkl": b"x"}), "its file 'r/evil.pkl' is none"),
    "two runs": (lambda files: files.update({"other/config.json": b"{}"}), "its file 'other/config.json' is none"),
    "no model": (without("model.keras"), "it lacks model.keras"),
    "empty": (lambda files: files.clear(), "it lacks one directory with a run"),
    "a bomb": (replaced("metrics.jsonl", b"0" * (3 << 20)), "/metrics.jsonl' in "),
    "a bomb in the model": (
        replaced("model.keras", zipped({"x": bytes(3 << 20)})),
        "unpacks to more than 250 times its size",
    ),
    "no JSON": (replaced("result.json", b"{"), "result.json cannot be read"),
    "no config": (replaced("config.json", b"{}"), "config.json, field dataset"),
    "an unknown field": (json_edited("config.json", more=1), "unknown key 'more'"),
    "a bad LF set": (
        json_edited("config.json", lf_set={"name": "x", "lfs": [{"kind": "magic"}]}),
        "there is no kind 'magic'",
    ),
    "no result": (json_edited("result.json", labels={}), "not a run that this version can read"),
    "a failed run": (json_edited("status.json", state="failed"), "it is failed"),
    "a model that is no zip": (replaced("model.keras", b"x"), "not a run that this version can read"),
    "scores that are no Parquet": (replaced("test_rows.parquet", b"x"), "its test scores cannot be read"),
    "epochs that are no JSON": (replaced("metrics.jsonl", b"x\n"), "not a run that this version can read"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_no_run_is_refused_in_one_sentence(
    case: str, exported: Path, workspace: Workspace, tmp_path: Path
) -> None:
    edit, said = BAD[case]
    path = edited(exported, tmp_path / "bad.zip", edit)
    with pytest.raises(RunError) as refused:
        import_run(workspace, path)
    assert said in str(refused.value) and "\n" not in str(refused.value) and ".import" not in str(refused.value)
    assert not workspace.runs.exists() or not list(workspace.runs.iterdir())
    assert not (tmp_path.parent / "evil.py").exists()


def test_damaged_and_cut_files_are_refused(exported: Path, workspace: Workspace, tmp_path: Path) -> None:
    content = exported.read_bytes()
    damaged = bytearray(content)
    damaged[len(content) // 2] ^= 0xFF
    for name, written in (("cut", content[:-200]), ("damaged", bytes(damaged)), ("none", b"PK\x03\x04")):
        path = tmp_path / f"{name}.zip"
        path.write_bytes(written)
        with pytest.raises(RunError, match="is not a zip file that can be read"):
            import_run(workspace, path)
    assert not workspace.runs.exists() or not list(workspace.runs.iterdir())


def test_a_file_too_large_is_refused(exported: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "RUN", limits.Unpacked(1 << 17, 1 << 20))
    with pytest.raises(RunError, match=r"run\.zip holds more than 0\.00012\d+ GB"):
        import_run(workspace, exported)


def test_an_unfinished_run_is_not_exported(workspace: Workspace, run: Run, tmp_path: Path) -> None:
    shutil.copytree(run.path, workspace.runs / "half")
    (workspace.runs / "half" / "result.json").unlink()
    with pytest.raises(RunError, match="Run half has no result"):
        export_run(open_run(workspace, "half"), tmp_path / "half.zip")
    assert not (tmp_path / "half.zip").exists()

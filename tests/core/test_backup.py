"""A backup has all that cannot be computed again, and a restored workspace is the same or is not there."""

import hashlib
import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Done, zipped
from weakrec_core import packing
from weakrec_core.backup import back_up, restore
from weakrec_core.data.dataset import open_dataset
from weakrec_core.data.notes import read_notes, write_note
from weakrec_core.errors import WeakrecError
from weakrec_core.labeling.lf_set import LFSet
from weakrec_core.labeling.versions import load_version, rename_set, save_version
from weakrec_core.limits import Unpacked
from weakrec_core.signals import SignalStore
from weakrec_core.workspace import Workspace


@pytest.fixture
def full(make_dataset: Callable[..., Any], workspace: Workspace, tutorial: LFSet) -> Workspace:
    """A workspace with a dataset, its signals and a note, and an LF set under a new name."""
    dataset = make_dataset(["good", "bad"])
    SignalStore(dataset).values("polarity", "dev")
    write_note(dataset, "dev0", "b0", "look again")
    save_version(workspace, tutorial.model_copy(update={"name": "old"}), 0)
    rename_set(workspace, "old", "new")
    (workspace.drafts / ".a.json.1.2.tmp").parent.mkdir()
    (workspace.drafts / ".a.json.1.2.tmp").write_text("{")
    (workspace.runs / "r").mkdir(parents=True)
    for name in ("train.log", "status.json", "start.lock"):
        (workspace.runs / "r" / name).write_text(name)
    return workspace


def contents(workspace: Workspace) -> dict[str, bytes]:
    paths = [path for path in workspace.root.rglob("*") if path.is_file()]
    return {path.relative_to(workspace.root).as_posix(): path.read_bytes() for path in paths}


def test_what_is_restored_is_what_was_backed_up(full: Workspace, tmp_path: Path) -> None:
    made = back_up(full, tmp_path / "out" / "b.zip")
    there = Workspace(tmp_path / "elsewhere" / "home")
    assert restore(tmp_path / "out" / "b.zip", there.root) == made
    left_out = {name for name in contents(full) if name.startswith("cache/") or name.endswith((".tmp", ".lock"))}
    assert {name.split("/")[0] for name in left_out} == {"cache", "datasets", "drafts", "runs"}
    assert contents(there) == {name: content for name, content in contents(full).items() if name not in left_out}
    assert made.size == sum(map(len, contents(there).values()))
    assert open_dataset(there, "tiny").split("dev").equals(open_dataset(full, "tiny").split("dev"))
    assert read_notes(open_dataset(there, "tiny"))["note"].tolist() == ["look again"]
    assert load_version(there, "old") == load_version(full, "old")  # by the name of before
    assert list((tmp_path / "elsewhere").iterdir()) == [there.root]
    names = [info.filename for info in zipfile.ZipFile(tmp_path / "out" / "b.zip").infolist()]
    assert names.index("runs/r/status.json") < names.index("runs/r/train.log")


def test_a_dataset_that_is_replaced_meanwhile_is_the_one_or_the_other(
    full: Workspace, make_dataset: Callable[..., Any], tmp_path: Path
) -> None:
    before = open_dataset(full, "tiny").fingerprint

    def progress(fraction: float, message: str) -> None:
        if message.endswith("dev.parquet"):
            make_dataset(["good", "worse"])

    back_up(full, tmp_path / "b.zip", progress)
    there = Workspace(tmp_path / "home")
    restore(tmp_path / "b.zip", there.root)
    assert open_dataset(full, "tiny").fingerprint != before
    assert open_dataset(there, "tiny").fingerprint == before
    assert open_dataset(there, "tiny").split("train")["review_text"].tolist() == ["good", "bad"]
    assert len(list((there.datasets / "tiny").glob("[0-9a-f]*-*"))) == 1


def test_an_empty_directory_such_as_a_volume_is_filled(full: Workspace, tmp_path: Path) -> None:
    back_up(full, tmp_path / "b.zip")
    home = tmp_path / "volume"
    (home / "lost+found").mkdir(parents=True)
    restore(tmp_path / "b.zip", home)
    assert not list(home.glob(".restore-*"))
    assert open_dataset(Workspace(home), "tiny").n_rows("dev") == 2
    before = contents(Workspace(home))
    with pytest.raises(WeakrecError, match=r"volume is not empty; restore into a new directory\."):
        restore(tmp_path / "b.zip", home)
    with pytest.raises(WeakrecError, match=r"b\.zip is not empty"):
        restore(tmp_path / "b.zip", tmp_path / "b.zip")
    assert contents(Workspace(home)) == before


def test_where_it_cannot_be_written(full: Workspace, tmp_path: Path) -> None:
    with pytest.raises(WeakrecError, match=r"b\.zip lies in the workspace itself; name a file elsewhere\."):
        back_up(full, full.root / "b.zip")
    with pytest.raises(WeakrecError, match="There is no workspace at "):
        back_up(Workspace(tmp_path / "absent"), tmp_path / "b.zip")


def listed(members: dict[str, bytes], **changes: Any) -> bytes:
    """A zip that lists its files as a backup does."""
    entries = {name: {"size": len(c), "sha256": hashlib.sha256(c).hexdigest()} for name, c in members.items()}
    said = {"format": 1, "made": "", "version": "", "files": entries, "links": {}} | changes
    return zipped(members | {"backup.json": json.dumps(said).encode()})


BAD_DIGEST = {"a": {"size": 1, "sha256": "0" * 64}}
BAD_SIZE = {"a": {"size": 10**9, "sha256": "0" * 64}}


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"no zip", r"is not a backup that can be read \(BadZipFile\)"),
        (zipped({"config.json": b"{}"}), r"is not a backup: it has no backup\.json"),
        (listed({"a": b"x"})[:-30], r"is not a backup that can be read \(BadZipFile\)"),
        (listed({"a": b"x"}, format=2), r"is not a backup that this version can read"),
        (zipped({"backup.json": b"[" * 100_000}), r"is not a backup that this version can read"),
        (listed({"a": b"x"}, files=BAD_DIGEST), r"is damaged: a is not what was backed up"),
        (listed({"a": b"x"}, files=BAD_SIZE), r"is damaged: a is not what was backed up"),
        (listed({"a": b"x"}, files={}), r"does not hold the files that it lists"),
        (listed({"a": b"x"}, links={"../x": "new"}), r"LF set name '\.\./x' is not usable"),
        (listed({"a": b"x"}, links={"old": "/etc"}), r"LF set name '/etc' is not usable"),
        *((listed({name: b"x"}), "which no workspace has") for name in ("../a", "/a", "a/../b", "a\\b", ".a", "b//a")),
    ],
)  # fmt: skip
def test_what_is_no_backup_leaves_nothing(tmp_path: Path, content: bytes, problem: str) -> None:
    (tmp_path / "b.zip").write_bytes(content)
    with pytest.raises(WeakrecError, match=problem):
        restore(tmp_path / "b.zip", tmp_path / "home")
    assert [path.name for path in tmp_path.iterdir()] == ["b.zip"]


def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "b.zip").write_bytes(listed({"a": bytes(10**6)}))
    monkeypatch.setattr(packing.limits, "BACKUP_FILE", Unpacked(10**9, 1000))
    with pytest.raises(WeakrecError, match=r"'a' in .*b\.zip unpacks to more than 250 times its size"):
        restore(tmp_path / "b.zip", tmp_path / "home")
    assert not (tmp_path / "home").exists()


def test_on_the_command_line(full: Workspace, cli: Callable[..., Done], tmp_path: Path) -> None:
    done = cli("backup", "--out", tmp_path / "b.zip", "--json")
    assert done.json["files"] == len(zipfile.ZipFile(tmp_path / "b.zip").namelist()) - 1
    shutil.rmtree(full.root)
    assert f"{full.root}: {done.json['files']} files, " in cli("restore", tmp_path / "b.zip", "--into", full.root).out
    assert open_dataset(full, "tiny").n_rows("dev") == 2
    again = cli("restore", tmp_path / "b.zip", "--into", full.root)
    assert (again.status, again.err) == (2, f"error: {full.root} is not empty; restore into a new directory.\n")

"""What the dead left in a workspace goes when a server starts; what may be somebody's data is named, and what is in use stays."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from weakrec_core.connection import scratch_directory
from weakrec_core.data import storage
from weakrec_core.data.attached import attached_columns
from weakrec_core.data.dataset import Dataset, list_datasets, open_dataset
from weakrec_core.data.leftovers import clean_up
from weakrec_core.files import PROJECT, write_text
from weakrec_core.labeling.versions import load_version
from weakrec_core.workspace import Workspace

Make = Callable[..., Dataset]
OLD = time.time() - 2 * 3600


def aged(path: Path, content: str | None = None) -> Path:
    """A file, or a directory where there is no content, of two hours ago."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.mkdir() if content is None else path.write_text(content)
    os.utime(path, (OLD, OLD))
    return path


def in_the_future(path: Path) -> Path:
    """A file that was written before the clock was set back."""
    path.write_text("")
    os.utime(path, (2 * time.time() - OLD,) * 2)
    return path


def killed(code: str, path: Path) -> bool:
    """Whether a process that was given a path died in the middle of this."""
    imports = """
import os, sys
from pathlib import Path
from weakrec_core import files
from weakrec_core.connection import scratch_directory
"""
    return subprocess.run([sys.executable, "-c", imports + code, str(path)], cwd=PROJECT).returncode == 9


def everything(workspace: Workspace) -> set[str]:
    return {str(path.relative_to(workspace.root)) for path in workspace.root.rglob("*")}


def test_nothing_to_remove(make_dataset: Make, workspace: Workspace) -> None:
    assert clean_up(workspace) == []
    make_dataset(["good", "bad"])
    before = everything(workspace)
    assert clean_up(workspace) == [] and everything(workspace) == before


def test_files_that_were_being_written(workspace: Workspace) -> None:
    left = [
        aged(workspace.drafts / ".a.json.123.456.tmp", "{"),
        aged(workspace.lf_sets / "s" / ".1.yaml.1.2.tmp", ""),
        aged(workspace.signals / "ab" / ".dev.npy.99.7.tmp", "x"),
        aged(workspace.runs / "a" / ".model.keras.99.7.tmp.keras", "x"),
        in_the_future(workspace.runs / "a" / ".status.json.99.7.tmp"),
    ]
    new = workspace.drafts / ".b.json.123.456.tmp"
    new.write_text("{")
    other = [
        aged(workspace.drafts / ".tmp", "x"),
        aged(workspace.drafts / ".mine.tmp", "x"),
        aged(workspace.root / "a.1.2.tmp", "x"),
    ]
    said = clean_up(workspace)
    assert said == [f"{path} was left behind and is removed." for path in sorted(left)]
    assert not any(path.exists() for path in left) and all(path.exists() for path in (new, *other))
    assert clean_up(workspace) == []


def test_a_file_of_a_process_killed_while_it_writes(workspace: Workspace) -> None:
    path = workspace.drafts / "a.json"
    write_text(path, "whole")
    assert killed("with files.atomic(Path(sys.argv[1])) as tmp: tmp.write_text('half'); os._exit(9)", path)
    (left,) = workspace.drafts.glob(".*")
    os.utime(left, (OLD, OLD))
    assert len(clean_up(workspace)) == 1
    assert path.read_text() == "whole" and list(workspace.drafts.iterdir()) == [path]


def test_half_a_dataset(make_dataset: Make, workspace: Workspace) -> None:
    dataset = make_dataset(["good", "bad"])
    half = aged(workspace.datasets / "half" / ".0123abcd.tmp")
    (half / "dev.parquet").write_text("x")
    replaced = aged(dataset.path.parent / "0123-4567")
    aged(workspace.datasets / "voted" / "columns" / "llm.parquet", "votes")
    aged(workspace.datasets / "voted" / ".89abcdef.tmp")
    said = clean_up(workspace)
    assert len(said) == 3 and all("is removed" in sentence for sentence in said)
    assert not replaced.exists() and not half.parent.exists()
    assert {path.name for path in (workspace.datasets / "voted").iterdir()} == {"columns"}
    assert list_datasets(workspace) == ["tiny"] and attached_columns(open_dataset(workspace, "tiny")) == []


def test_what_is_being_written_stays(make_dataset: Make, workspace: Workspace) -> None:
    home = workspace.datasets / "new"
    lease = storage.new_directory(home)
    assert clean_up(workspace) == [] and lease.directory.exists()
    lease.release()
    assert len(clean_up(workspace)) == 1 and not home.exists()


def test_a_whole_dataset_that_nothing_names_is_named(make_dataset: Make, workspace: Workspace) -> None:
    home = make_dataset(["good", "bad"]).path.parent
    (home / "current.json").rename(home / "current.bak")
    before = everything(workspace)
    (said,) = clean_up(workspace)
    assert "lacks current.json" in said and "ingest it anew, or remove it" in said and everything(workspace) == before
    (home / "current.json").write_text("{")
    (said,) = clean_up(workspace)
    assert said == f"{home / 'current.json'} does not name a directory; ingest the data again."
    assert everything(workspace) == before | {"datasets/tiny/current.json"}


def test_what_an_ingest_put_aside(workspace: Workspace) -> None:
    code = "with scratch_directory(Path(sys.argv[1])) as made: (made / 'utf8.txt').write_text('x'); os._exit(9)"
    assert killed(code, workspace.scratch)
    (left,) = workspace.scratch.iterdir()
    with scratch_directory(workspace.scratch) as used:
        assert clean_up(workspace) == []  # of this minute
        for path in (left, used):
            os.utime(path, (OLD, OLD))
        assert clean_up(workspace) == [f"{left} was left behind and is removed."]
        assert used.exists()
    assert list(workspace.scratch.iterdir()) == []


def test_a_server_for_reading_only_removes_nothing(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    left = aged(workspace.drafts / ".a.json.123.456.tmp", "{")
    monkeypatch.setenv("WEAKREC_READONLY", "1")
    assert clean_up(workspace) == [] and left.exists()
    monkeypatch.setenv("WEAKREC_READONLY", "0")
    assert clean_up(workspace) == [f"{left} was left behind and is removed."]


@pytest.mark.parametrize("kind", ["runs/.import", ".restore"])
def test_what_was_being_unpacked(workspace: Workspace, kind: str) -> None:
    left, new = aged(workspace.root / f"{kind}-old"), workspace.root / f"{kind}-new"
    new.mkdir()
    assert len(clean_up(workspace)) == 1
    assert not left.exists() and new.exists()


def test_a_set_that_was_being_renamed_is_found_by_its_old_name_too(workspace: Workspace) -> None:
    """Killed before the folder has its new name, nothing happened; killed after that, the link comes to its place."""
    code = """
import os
from weakrec_core.labeling.versions import new_set, rename_set
from weakrec_core.workspace import Workspace
workspace, real = Workspace(Path(sys.argv[1])), Path.rename
for old, before in (("early", True), ("late", False)):
    new_set(workspace, old)
    if os.fork() == 0:
        def rename(self, target):
            if before or self.name.startswith("."):
                os.kill(os.getpid(), 9)
            return real(self, target)
        Path.rename = rename
        rename_set(workspace, old, f"{old}_new")
    os.wait()
os.kill(os.getpid(), 9)
"""
    assert (
        subprocess.run(
            [sys.executable, "-c", "import os, sys; from pathlib import Path" + code, str(workspace.root)], cwd=PROJECT
        ).returncode
        == -9
    )
    sets = workspace.lf_sets
    assert {path.name for path in sets.iterdir()} == {"early", "late_new", ".early.renamed", ".late.renamed"}
    assert clean_up(workspace) == [
        f"{sets / '.early.renamed'} was left behind and is removed.",
        f"{sets / 'late'} is called late_new now, and is found under both names.",
    ]
    assert {path.name for path in sets.iterdir()} == {"early", "late", "late_new"}
    assert [load_version(workspace, name).name for name in ("early", "late")] == ["early", "late_new"]
    assert clean_up(workspace) == []


def test_a_workspace_that_may_only_be_read(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """As root may remove anything, the system says no in the test."""
    aged(workspace.drafts / ".a.json.123.456.tmp", "{")
    aged(workspace.scratch / "weakrec-abc")
    aged(workspace.runs / ".import-abc")

    def refused(*_: Any, **__: Any) -> None:
        raise PermissionError(13, "Permission denied")

    for name in ("unlink", "rmdir"):
        monkeypatch.setattr(os, name, refused)
    before = everything(workspace)
    assert clean_up(workspace) == [] and everything(workspace) == before

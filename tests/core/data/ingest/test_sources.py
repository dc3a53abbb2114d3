"""What a page may ingest."""

import os
import time
from pathlib import Path

import pytest

from weakrec_core.data.ingest.sources import DATA_VARIABLE, data_folder, keep_upload, offered_files
from weakrec_core.workspace import Workspace


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("ratings.csv", "ratings.csv"),
        ("../../etc/passwd", "passwd"),
        ("Meine Bücher (1).csv", "Meine_B_cher_1_.csv"),
        (".hidden", "hidden"),
        ("---", "table"),
        ("x" * 300 + ".csv", "x" * 76 + ".csv"),
    ],
)
def test_an_upload_is_kept_under_a_safe_name(workspace: Workspace, name: str, kept: str) -> None:
    path = keep_upload(workspace, name, b"a,b\n")
    assert path.name == kept
    assert path.parent.parent == workspace.uploads
    assert path.read_bytes() == b"a,b\n"
    assert keep_upload(workspace, name, b"a,b\n") == path
    assert keep_upload(workspace, name, b"c,d\n") != path


def test_uploads_that_are_a_week_old_go(workspace: Workspace) -> None:
    old, recent = (keep_upload(workspace, "t.csv", content) for content in (b"old", b"recent"))
    week = time.time() - 8 * 24 * 3600
    os.utime(old.parent, (week, week))
    keep_upload(workspace, "t.csv", b"new")
    assert not old.exists()
    assert recent.exists()


def test_the_data_folder_offers_its_own_tables_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, outside = tmp_path / "data", tmp_path / "secret.csv"
    (folder / "more" / "deep" / "deeper").mkdir(parents=True)
    for place in (outside, folder / "a.csv", folder / "b.exe", folder / ".c.csv", folder / "more" / "d.json.gz"):
        place.touch()
    (folder / "more" / "deep" / "deeper" / "e.csv").touch()
    (folder / "out.csv").symlink_to(outside)
    (folder / "in.csv").symlink_to(folder / "a.csv")
    monkeypatch.delenv(DATA_VARIABLE, raising=False)
    assert data_folder() is None
    monkeypatch.setenv(DATA_VARIABLE, str(tmp_path / "gone"))
    assert data_folder() is None
    monkeypatch.setenv(DATA_VARIABLE, str(folder))
    assert data_folder() == folder.resolve()
    assert list(offered_files(folder.resolve())) == ["a.csv", "in.csv", "more/d.json.gz"]

"""The workspace."""

from pathlib import Path

import pytest

from weakrec_core.workspace import Workspace


def test_the_environment_names_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("WEAKREC_HOME", str(tmp_path / "w"))
    assert Workspace.from_environment() == Workspace(tmp_path / "w")
    assert Workspace.from_environment().environment == {"WEAKREC_HOME": str(tmp_path / "w")}
    monkeypatch.delenv("WEAKREC_HOME")
    monkeypatch.chdir(tmp_path)
    assert Workspace.from_environment().root == tmp_path / "workspace"
    assert not (tmp_path / "workspace").exists()


def test_it_stays_where_it_was_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    workspace = Workspace(Path("w"))
    monkeypatch.chdir("/")
    assert workspace.root == tmp_path / "w"
    stores = {path for name in dir(Workspace) if isinstance(path := getattr(workspace, name), Path)}
    assert all(workspace.root in (path, *path.parents) for path in stores)

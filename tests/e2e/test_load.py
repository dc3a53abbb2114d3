"""Sessions at once, each with its own draft: the benchmark `load` in small."""

from pathlib import Path

import pytest

from benchmarks import load
from tests.e2e.tab import tab
from weakrec_core.workspace import Workspace


def test_each_session_finds_its_own_edits(
    server: str, workspace_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load, "_FIT_EVERY", 1)
    found = load._together(server, Workspace(workspace_dir), 2, 0)
    assert [(one.errors, one.cross_talk) for one in found] == [([], [])] * 2 and all(
        one.edits and one.fits for one in found
    )
    elsewhere = load.Found()
    with tab(server) as opened:
        opened.open("Labeling_functions", f"lf={load._LF}")
        load._edit(opened, Workspace(tmp_path), 0.125, elsewhere)
    assert elsewhere.cross_talk == ["the draft has None instead of 0.125"] and not elsewhere.errors

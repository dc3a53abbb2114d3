"""Who did what: a line for each change, by whom."""

from collections.abc import Callable
from typing import Any

import pytest

from weakrec_core import access
from weakrec_core.access import Person, Role
from weakrec_core.activity import COLUMNS, entries, record
from weakrec_core.data.dataset import Dataset
from weakrec_core.data.gold_by_hand import label_by_hand
from weakrec_core.labeling.lf_set import LFSet
from weakrec_core.labeling.versions import new_set, rename_set, save_version
from weakrec_core.runs.store import new_run
from weakrec_core.workspace import Workspace


def test_changes_are_noted_with_who_made_them(
    make_dataset: Callable[..., Dataset], workspace: Workspace, tutorial: LFSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "_identify", [lambda: Person(Role.EDITOR, "ada@example.org")])
    dataset = make_dataset(["good", "bad", "fine"])
    new_set(workspace, "mine")
    save_version(workspace, tutorial.model_copy(update={"name": "mine"}), 1)
    rename_set(workspace, "mine", "ours")
    monkeypatch.setattr(access, "_identify", [])
    labeled = label_by_hand(dataset, "dev0", "b0", 1, "me")
    run = new_run(labeled, tutorial, "v0", preset="recommended")
    run.cancel()
    found = entries(workspace)
    assert found.columns.tolist() == list(COLUMNS)
    assert found[["what", "subject"]].to_numpy().tolist()[::-1] == [
        ["saved dataset", "tiny"],
        ["saved LF set", "mine v1"],
        ["saved LF set", "mine v2"],
        ["renamed LF set", "mine to ours"],
        ["labeled by hand", "1 dev row of tiny"],
        ["queued run", run.id],
        ["cancelled run", run.id],
    ]
    assert found["who"].tolist()[::-1][:4] == ["ada@example.org"] * 4 and "@" not in found["who"][0]
    first, second = found[found["what"] == "saved LF set"].to_dict("records")[::-1]
    assert first["before"] == "" and first["after"] == second["before"] != second["after"] != ""
    gold = found[found["what"] == "labeled by hand"].iloc[0]
    assert (gold["before"], gold["after"]) == (dataset.fingerprint[:12], labeled.fingerprint[:12])


def test_what_is_replaced_is_named(make_dataset: Callable[..., Dataset], workspace: Workspace) -> None:
    before = make_dataset(["one", "two"]).fingerprint
    after = make_dataset(["one", "other"]).fingerprint
    newest = entries(workspace).iloc[0]
    assert (newest["before"], newest["after"]) == (before[:12], after[:12])


def test_damaged_lines_are_left_out(workspace: Workspace, caplog: pytest.LogCaptureFixture) -> None:
    assert entries(workspace).empty
    record(workspace, "saved LF set", "a v1")
    with (workspace.root / "activity.jsonl").open("ab") as f:
        f.write(b'{"at": 1}\n[' + b"[" * 100_000 + b"\n\xff\n")
    record(workspace, "saved LF set", "a v2")
    assert entries(workspace)["subject"].tolist() == ["a v2", "a v1"]
    (workspace.root / "activity.jsonl").unlink()
    (workspace.root / "activity.jsonl").mkdir()
    record(workspace, "saved LF set", "a v3")
    assert "saved LF set a v3 is not noted" in caplog.text


def test_who_started_a_process_is_known_to_it(workspace: Workspace, cli: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEAKREC_PERSON", "ada@example.org")
    record(workspace, "pinned run", "r")
    shown = cli("activity", "--json")
    assert shown.status == 0 and shown.json[0]["who"] == "ada@example.org"
    monkeypatch.setenv("WEAKREC_READONLY", "1")
    refused = cli("activity")
    assert refused.status == 2 and "you cannot read who did what here" in refused.err

"""LF sets being edited."""

import json
import os
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weakrec_core.errors import SpecError
from weakrec_core.labeling import drafts
from weakrec_core.labeling.drafts import Draft, keep, open_draft, prune, recall
from weakrec_core.labeling.lf_set import LFSet
from weakrec_core.labeling.versions import Version, load_version, rename_set, save_version
from weakrec_core.workspace import Workspace


def lf_set(threshold: float = 0.0, name: str = "mine") -> LFSet:
    lf = {"kind": "threshold", "name": "x", "signal": "polarity", "op": ">", "label": "POSITIVE"}
    return LFSet.model_validate({"name": name, "lfs": [lf | {"threshold": threshold}]})


def at(draft: Draft) -> float:
    """The threshold that a draft is at."""
    return float(draft.lf_set.lfs[0].model_dump()["threshold"])


def fresh() -> Draft:
    return Draft(Version("mine", 1, lf_set()), lf_set())


def test_undo_and_redo() -> None:
    draft = fresh().edit(lf_set(1)).edit(lf_set(2))
    assert (at(draft), at(draft.undo()), at(draft.undo().undo())) == (2, 1, 0)
    assert draft.undo().undo().undo() == draft.undo().undo()
    assert at(draft.undo().undo().redo()) == 1
    assert draft.undo().undo().redo().redo() == draft
    assert draft.redo() == draft
    assert at(fresh()) == 0  # drafts are values


def test_an_edit_after_undo_starts_redo_anew() -> None:
    draft = fresh().edit(lf_set(1)).edit(lf_set(2)).undo().edit(lf_set(3))
    assert draft.future == ()
    assert (at(draft), at(draft.undo()), at(draft.undo().undo())) == (3, 1, 0)


def test_an_edit_that_changes_nothing_is_none() -> None:
    draft = fresh().edit(lf_set(1)).undo()
    assert draft.edit(lf_set(0)) is draft


def test_dirty_is_a_difference_to_the_saved_version() -> None:
    draft = fresh()
    assert not draft.dirty
    assert draft.edit(lf_set(1)).dirty
    assert not draft.edit(lf_set(1)).edit(lf_set(0)).dirty
    assert not draft.edit(lf_set(1)).undo().dirty


def test_fifty_edits_can_be_undone() -> None:
    draft = fresh()
    for i in range(1, 71):
        draft = draft.edit(lf_set(i))
    assert len(draft.past) == 50
    for _ in range(70):
        draft = draft.undo()
    assert at(draft) == 20
    for _ in range(70):
        draft = draft.redo()
    assert at(draft) == 70


@given(st.lists(st.one_of(st.integers(0, 5), st.sampled_from(["undo", "redo"])), max_size=30))
def test_any_sequence_is_that_of_a_tape(steps: list[Any]) -> None:
    draft, tape, position = fresh(), [0], 0
    for step in steps:
        if step == "undo":
            draft, position = draft.undo(), max(position - 1, 0)
        elif step == "redo":
            draft, position = draft.redo(), min(position + 1, len(tape) - 1)
        elif step != tape[position]:
            tape, position = [*tape[: position + 1], step], position + 1
            draft = draft.edit(lf_set(step))
        assert at(draft) == tape[position]
        assert (len(draft.past), len(draft.future)) == (position, len(tape) - 1 - position)


def test_a_kept_draft_survives_a_restart(workspace: Workspace) -> None:
    save_version(workspace, lf_set(), 0)
    draft = open_draft(workspace, "mine").edit(lf_set(1)).edit(lf_set(2)).edit(lf_set(3)).undo()
    keep(workspace, draft)
    assert recall(workspace, draft.id) == draft
    keep(workspace, draft.undo())
    assert recall(workspace, draft.id) == draft.undo()
    assert [p.name for p in (workspace.root / "drafts").iterdir()] == [f"{draft.id}.json"]


def test_of_a_shipped_set(workspace: Workspace) -> None:
    draft = open_draft(workspace, "tutorial")
    assert (draft.base.number, draft.dirty, len(draft.lf_set.lfs)) == (0, False, 5)
    keep(workspace, draft)
    assert recall(workspace, draft.id) == draft


def test_a_draft_stays_on_its_base_when_somebody_saves(workspace: Workspace) -> None:
    save_version(workspace, lf_set(), 0)
    draft = open_draft(workspace, "mine").edit(lf_set(1))
    keep(workspace, draft)
    save_version(workspace, lf_set(9), 1)
    recalled = recall(workspace, draft.id)
    assert recalled is not None
    assert (recalled.base.number, at(recalled), recalled.dirty) == (1, 1, True)
    assert at(open_draft(workspace, "mine")) == 9
    assert at(open_draft(workspace, "mine", 1)) == 0
    with pytest.raises(SpecError, match="has no v3"):
        open_draft(workspace, "mine", 3)


def test_two_drafts_of_one_version_are_apart(workspace: Workspace) -> None:
    save_version(workspace, lf_set(), 0)
    mine, yours = open_draft(workspace, "mine").edit(lf_set(1)), open_draft(workspace, "mine").edit(lf_set(2))
    assert mine.id != yours.id
    keep(workspace, mine)
    keep(workspace, yours)
    assert (recall(workspace, mine.id), recall(workspace, yours.id)) == (mine, yours)


def kept(workspace: Workspace) -> tuple[str, Path, dict[str, Any]]:
    save_version(workspace, lf_set(), 0)
    draft = open_draft(workspace, "mine").edit(lf_set(1))
    keep(workspace, draft)
    path = workspace.root / "drafts" / f"{draft.id}.json"
    return draft.id, path, json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "null", "5", "{}", '{"past": 5}', '{"past": [], "future": []}', "\ud800", "[" * 10_000]
)
def test_a_file_that_is_no_draft_is_none(workspace: Workspace, content: str) -> None:
    draft_id, path, _ = kept(workspace)
    path.write_bytes(content.encode("utf-8", "surrogatepass"))
    assert recall(workspace, draft_id) is None


@pytest.mark.parametrize(
    "change",
    [
        {"base": 7},
        {"base": "1"},
        {"name": "gone"},
        {"name": "../../x"},
        {"name": 5},
        {"name": None},
        {"lf_set": None},
        {"lf_set": {"name": "mine", "lfs": [{"kind": "moon", "name": "x"}]}},
        {"past": [{"name": "mine"}]},
        {"future": None},
    ],
)
def test_a_draft_that_cannot_be_used_any_more_is_none(workspace: Workspace, change: dict[str, Any]) -> None:
    draft_id, path, value = kept(workspace)
    path.write_text(json.dumps(value | change), encoding="utf-8")
    assert recall(workspace, draft_id) is None


@pytest.mark.parametrize("draft_id", ["", "x", "0123456789abcdef", "../drafts/a", "0" * 17, "A" * 16, "../../../etc/x"])
def test_ids_that_are_none(workspace: Workspace, draft_id: str) -> None:
    assert recall(workspace, draft_id) is None


def test_an_id_from_the_url_never_leaves_the_workspace(workspace: Workspace) -> None:
    draft_id, path, _ = kept(workspace)
    (workspace.root / "elsewhere.json").write_bytes(path.read_bytes())
    assert recall(workspace, "../elsewhere") is None
    assert recall(workspace, draft_id) is not None


def test_the_base_of_a_draft_is_that_of_the_file(workspace: Workspace) -> None:
    draft_id, _, _ = kept(workspace)
    recalled = recall(workspace, draft_id)
    assert recalled is not None
    assert recalled.base == load_version(workspace, "mine", 1)


def aged(workspace: Workspace, draft: Draft, days: float) -> str:
    """Keep a draft as if that long ago."""
    keep(workspace, draft)
    then = time.time() - days * 86_400
    os.utime(workspace.drafts / f"{draft.id}.json", (then, then))
    return draft.id


def left(workspace: Workspace) -> set[str]:
    prune(workspace)
    return {path.stem for path in workspace.drafts.glob("*.json")}


def test_old_drafts_without_unsaved_edits_go(workspace: Workspace) -> None:
    save_version(workspace, lf_set(), 0)
    clean = open_draft(workspace, "mine")
    undone = [replace(clean, id=f"{i:016x}").edit(lf_set(i)).undo() for i in range(1, 4)]
    edited = clean.edit(lf_set(9))
    stay = {aged(workspace, undone[0], 1), aged(workspace, undone[1], 29), aged(workspace, edited, 400)}
    aged(workspace, undone[2], 31)
    assert left(workspace) == stay
    assert recall(workspace, edited.id) == edited


def test_of_many_drafts_the_newest_stay(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "_MANY", 3)
    save_version(workspace, lf_set(), 0)
    clean = open_draft(workspace, "mine")
    each = [replace(clean, id=f"{i:016x}").edit(lf_set(i)).undo() for i in range(1, 7)]
    ids = [aged(workspace, draft, days) for draft, days in zip(each, (1, 2, 4, 5, 6, 2.9), strict=True)]
    assert left(workspace) == {ids[0], ids[1], ids[5]}


def test_copies_that_reloads_leave_behind_go_with_or_without_edits(workspace: Workspace) -> None:
    save_version(workspace, lf_set(), 0)
    edited = open_draft(workspace, "mine").edit(lf_set(5))
    ids = [aged(workspace, replace(edited, id=f"{i:016x}"), days=1.5 + i) for i in range(5)]
    assert left(workspace) == set(ids[:2])


def test_drafts_of_an_older_version_may_hold_edits(workspace: Workspace) -> None:
    draft_id, path, value = kept(workspace)
    path.write_text(json.dumps({k: v for k, v in value.items() if k != "dirty"}))
    os.utime(path, (0, 0))
    for name, content in (("damaged", "{"), ("deep", "[" * 10_000)):
        path.with_name(f"{name}.json").write_text(content)
        os.utime(path.with_name(f"{name}.json"), (0, 0))
    assert draft_id in left(workspace)


def test_nothing_to_prune(workspace: Workspace) -> None:
    prune(workspace)
    assert not workspace.root.exists()


def test_a_draft_of_a_set_that_was_renamed_goes_on_under_the_new_name(workspace: Workspace) -> None:
    save_version(workspace, lf_set(1), 0)
    draft = open_draft(workspace, "mine").edit(lf_set(2))
    keep(workspace, draft)
    rename_set(workspace, "mine", "ours")
    recalled = recall(workspace, draft.id)
    assert recalled == draft.based_on(load_version(workspace, "ours"))
    assert {recalled.base.name, recalled.lf_set.name, recalled.undo().lf_set.name} == {"ours"}
    assert at(recalled) == 2 and at(recalled.undo()) == 1 and recalled.dirty

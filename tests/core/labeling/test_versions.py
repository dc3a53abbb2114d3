"""Saved versions of LF sets."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from weakrec_core import files
from weakrec_core.errors import SpecError, WeakrecError
from weakrec_core.labeling.lf_set import LFSet, read_lf_set
from weakrec_core.labeling.versions import (
    SHIPPED,
    Version,
    VersionConflict,
    find_lf_set,
    list_sets,
    load_version,
    new_set,
    rename_set,
    save_version,
    version_numbers,
)
from weakrec_core.workspace import Workspace


def lf_set(threshold: float = 0.0, name: str = "mine") -> LFSet:
    lf = {"kind": "threshold", "name": "x", "signal": "polarity", "op": ">", "label": "POSITIVE"}
    return LFSet.model_validate({"name": name, "lfs": [lf | {"threshold": threshold}]})


def test_versions_count_up_and_load_back(workspace: Workspace) -> None:
    first = save_version(workspace, lf_set(1), 0, note="tried\nthis: 100 %", by="Zoë")
    second = save_version(workspace, lf_set(2), 1)
    assert (first.number, second.number, second.base) == (1, 2, 1)
    assert version_numbers(workspace, "mine") == [1, 2]
    assert load_version(workspace, "mine") == second
    assert load_version(workspace, "mine", 1) == first
    assert (first.note, first.by, first.lf_set) == ("tried\nthis: 100 %", "Zoë", lf_set(1))
    assert first.at.endswith("+00:00")
    assert sorted(p.name for p in (workspace.root / "lf_sets" / "mine").iterdir()) == ["v0001.yaml", "v0002.yaml"]


def test_a_version_is_an_lf_set_file_like_any_other(workspace: Workspace) -> None:
    save_version(workspace, lf_set(1), 0, note="n")
    path = workspace.root / "lf_sets" / "mine" / "v0001.yaml"
    assert read_lf_set(path) == lf_set(1)
    assert yaml.safe_load(path.read_text(encoding="utf-8"))["saved"]["note"] == "n"


def test_a_set_is_found_by_its_name_and_by_its_file(workspace: Workspace, tmp_path: Path) -> None:
    assert find_lf_set(workspace, "tutorial") == (read_lf_set(SHIPPED / "tutorial.yaml"), "v0")
    save_version(workspace, lf_set(1), 0)
    assert find_lf_set(workspace, Path("mine")) == (lf_set(1), "v1")
    (tmp_path / "other.yaml").write_text(lf_set(2).to_yaml(), encoding="utf-8")
    assert find_lf_set(workspace, tmp_path / "other.yaml") == (lf_set(2), "other.yaml")
    with pytest.raises(SpecError, match="There is no LF set 'gone'; there are: recommended, tutorial, mine"):
        find_lf_set(workspace, "gone")
    with pytest.raises(SpecError, match=r"gone\.yaml cannot be read"):
        find_lf_set(workspace, "gone.yaml")


def test_shipped_sets_are_version_0(workspace: Workspace) -> None:
    assert version_numbers(workspace, "tutorial") == [0]
    shipped = load_version(workspace, "tutorial")
    assert (shipped.number, shipped.at, shipped.by) == (0, "", "")
    assert shipped.lf_set == read_lf_set(SHIPPED / "tutorial.yaml")
    edited = shipped.lf_set.model_copy(update={"lfs": shipped.lf_set.lfs[:4]})
    assert save_version(workspace, edited, 0).number == 1
    assert version_numbers(workspace, "tutorial") == [0, 1]
    assert load_version(workspace, "tutorial").lf_set == edited
    assert load_version(workspace, "tutorial", 0) == shipped


def test_list_sets(workspace: Workspace) -> None:
    assert list_sets(workspace) == ["recommended", "tutorial"]
    save_version(workspace, lf_set(name="zoo"), 0)
    save_version(workspace, lf_set(name="any"), 0)
    save_version(workspace, load_version(workspace, "tutorial").lf_set, 0)
    assert list_sets(workspace) == ["recommended", "tutorial", "any", "zoo"]


def test_a_folder_that_a_full_disk_left_empty_is_no_set(workspace: Workspace) -> None:
    before = list_sets(workspace)
    (workspace.lf_sets / "hollow").mkdir(parents=True)
    assert list_sets(workspace) == before


def test_whoever_is_late_is_told_and_nothing_is_written(workspace: Workspace) -> None:
    save_version(workspace, lf_set(1), 0, by="me")
    with pytest.raises(VersionConflict, match="'mine' is at v1 by now; your edits started from v0") as caught:
        save_version(workspace, lf_set(2), 0, by="you")
    assert caught.value.latest == 1
    assert load_version(workspace, "mine") == load_version(workspace, "mine", 1)
    assert (load_version(workspace, "mine").by, version_numbers(workspace, "mine")) == ("me", [1])
    save_version(workspace, lf_set(3), 1)
    save_version(workspace, lf_set(4), 2)
    with pytest.raises(VersionConflict) as caught:
        save_version(workspace, lf_set(2), 1)
    assert caught.value.latest == 3


def test_a_base_that_does_not_exist_is_a_conflict(workspace: Workspace) -> None:
    with pytest.raises(VersionConflict):
        save_version(workspace, lf_set(), 3)
    assert version_numbers(workspace, "mine") == []


def test_two_threads_that_save_at_once_get_one_version_each(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All have seen that v1 is the latest, and meet again where v2 gets its name."""
    save_version(workspace, lf_set(0), 0)
    writers = 4
    meeting = threading.Barrier(writers)

    def together(publish: Callable[..., None]) -> Callable[..., None]:
        def wait_and_publish(*files: Path) -> None:
            meeting.wait(30)
            publish(*files)

        return wait_and_publish

    for publish in ("link", "replace", "rename"):
        monkeypatch.setattr(os, publish, together(getattr(os, publish)))
    done: dict[int, Version | VersionConflict] = {}

    def save(i: int) -> None:
        try:
            done[i] = save_version(workspace, lf_set(i), 1, by=str(i))
        except VersionConflict as e:
            done[i] = e

    threads = [threading.Thread(target=save, args=(i,)) for i in range(1, writers + 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (won,) = [v for v in done.values() if isinstance(v, Version)]
    lost = [v for v in done.values() if isinstance(v, VersionConflict)]
    assert [e.latest for e in lost] == [2] * (writers - 1)
    assert load_version(workspace, "mine") == won
    assert sorted(p.name for p in (workspace.root / "lf_sets" / "mine").iterdir()) == ["v0001.yaml", "v0002.yaml"]


_SAVE = """
import sys
from weakrec_core.labeling.versions import VersionConflict, load_version, save_version
from weakrec_core.workspace import Workspace
workspace = Workspace.from_environment()
lf_set = load_version(workspace, "mine", 1).lf_set
print("ready", flush=True)
sys.stdin.readline()
try:
    print(save_version(workspace, lf_set, 1, by=sys.argv[1]).number)
except VersionConflict as e:
    print(f"conflict {e.latest}")
"""


def test_two_processes_that_save_at_once_get_one_version_each(workspace: Workspace) -> None:
    save_version(workspace, lf_set(), 0)
    pipe = subprocess.PIPE
    people = [
        subprocess.Popen([sys.executable, "-c", _SAVE, by], stdin=pipe, stdout=pipe, text=True, cwd=files.PROJECT)
        for by in ("me", "you")
    ]
    assert [p.stdout and p.stdout.readline() for p in people] == ["ready\n"] * 2
    for p in people:
        assert p.stdin
        p.stdin.write("go\n")
        p.stdin.flush()
    said = [p.communicate(timeout=60)[0].strip() for p in people]
    assert sorted(said) == ["2", "conflict 2"]
    assert load_version(workspace, "mine").by == ("me", "you")[said.index("2")]


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden", "a b", "x" * 65])
def test_names_that_are_no_file_names(workspace: Workspace, name: str) -> None:
    with pytest.raises(WeakrecError, match="LF set name"):
        load_version(workspace, name)
    if 0 < len(name) <= 64:
        with pytest.raises(WeakrecError, match="LF set name"):
            save_version(workspace, lf_set(name=name), 0)
    assert not workspace.root.exists()


def test_there_is_none(workspace: Workspace) -> None:
    with pytest.raises(SpecError, match="There is no LF set 'mine'; there are: recommended, tutorial"):
        load_version(workspace, "mine")
    save_version(workspace, lf_set(), 0)
    with pytest.raises(SpecError, match=r"'mine' has no v2; it has v1\."):
        load_version(workspace, "mine", 2)
    with pytest.raises(SpecError, match="'mine' has no v0"):
        load_version(workspace, "mine", 0)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "is not an LF set"),
        (b"[1, 2]", "is not an LF set"),
        (b"lfs: [", "is not valid YAML"),
        (b"name: mine\nlfs: [{kind: moon, name: x}]", "there is no kind 'moon'"),
        (b"\xff\xfe", "is not UTF-8"),
        (b"name: mine\nlfs: []\nsaved: {at: now, by: me, colour: blue}", "saved"),
        (b"name: mine\nlfs: []\nsaved: 5", "saved"),
    ],
)
def test_a_file_that_is_not_valid_is_named(workspace: Workspace, content: bytes, problem: str) -> None:
    save_version(workspace, lf_set(), 0)
    path = workspace.root / "lf_sets" / "mine" / "v0001.yaml"
    path.write_bytes(content)
    with pytest.raises(SpecError) as caught:
        load_version(workspace, "mine")
    assert str(path) in str(caught.value)
    assert problem in str(caught.value)


def test_a_version_without_a_word_on_who_saved_it(workspace: Workspace) -> None:
    save_version(workspace, lf_set(), 0)
    (workspace.root / "lf_sets" / "mine" / "v0001.yaml").write_text(lf_set(2).to_yaml(), encoding="utf-8")
    assert load_version(workspace, "mine") == Version("mine", 1, lf_set(2))


def test_other_files_beside_the_versions_are_none(workspace: Workspace) -> None:
    save_version(workspace, lf_set(1), 0)
    directory = workspace.root / "lf_sets" / "mine"
    for name in ("v0001 (copy).yaml", "v0001_old.yaml", "v2.yaml", "notes.txt", "v0002.yaml.bak", ".v0002.yaml.1.tmp"):
        (directory / name).write_text("x", encoding="utf-8")
    (workspace.root / "lf_sets" / "readme.txt").write_text("x", encoding="utf-8")
    assert version_numbers(workspace, "mine") == [1]
    assert load_version(workspace, "mine").lf_set == lf_set(1)
    assert list_sets(workspace) == ["recommended", "tutorial", "mine"]
    assert save_version(workspace, lf_set(2), 1).number == 2


def test_a_new_set_takes_no_name_that_is_there(workspace: Workspace) -> None:
    assert new_set(workspace, "mine").lf_set == LFSet(name="mine", lfs=())
    assert new_set(workspace, "other", lf_set(3).lfs, "from mine v1") == load_version(workspace, "other")
    for taken in ("mine", "tutorial"):
        with pytest.raises(SpecError, match=f"There is an LF set '{taken}' already"):
            new_set(workspace, taken)
    with pytest.raises(WeakrecError, match="not usable"):
        new_set(workspace, "../x")
    assert version_numbers(workspace, "mine") == [1]


def test_a_renamed_set_is_found_under_both_names_and_listed_once(workspace: Workspace) -> None:
    save_version(workspace, lf_set(1), 0)
    save_version(workspace, lf_set(2), 1)
    rename_set(workspace, "mine", "ours")
    assert list_sets(workspace) == ["recommended", "tutorial", "ours"]
    for name in ("mine", "ours"):
        version = load_version(workspace, name)
        assert (version.name, version.number, version.lf_set) == ("ours", 2, lf_set(2, name="ours"))
    assert save_version(workspace, lf_set(3), 2).number == 3  # by somebody who has it open under the old name
    assert load_version(workspace, "ours").number == 3
    with pytest.raises(SpecError, match="'mine' already, which is called 'ours' now"):
        new_set(workspace, "mine")
    rename_set(workspace, "ours", "mine")  # and back
    assert list_sets(workspace) == ["recommended", "tutorial", "mine"]
    assert load_version(workspace, "ours").name == "mine"


def test_renaming_refuses_shipped_missing_and_taken_names(workspace: Workspace) -> None:
    save_version(workspace, lf_set(1), 0)
    save_version(workspace, lf_set(1, name="other"), 0)
    for old, new, problem in (
        ("tutorial", "x", "comes with the workbench"),
        ("gone", "x", "There is no LF set 'gone'"),
        ("mine", "other", "There is an LF set 'other' already"),
        ("mine", "tutorial", "There is an LF set 'tutorial' already"),
        ("mine", "mine", "There is an LF set 'mine' already"),
    ):
        with pytest.raises(SpecError, match=problem):
            rename_set(workspace, old, new)
    assert list_sets(workspace) == ["recommended", "tutorial", "mine", "other"]

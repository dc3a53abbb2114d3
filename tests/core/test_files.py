"""Names, and files that are whole or not there."""

import json
import os
import resource
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from weakrec_core import files
from weakrec_core.errors import WeakrecError


@pytest.mark.parametrize("name", ["a", "A-1_b.c", "9", "x" * 64])
def test_usable_names(name: str) -> None:
    assert files.checked_name(name, "Thing") == name


@pytest.mark.parametrize("name", ["", ".", "..", ".a", "-a", "a/b", "a\\b", "a b", "a\n", "é", "x" * 65, "../x", "a\0"])
def test_unusable_names(name: str) -> None:
    with pytest.raises(WeakrecError, match=r"^Thing name .* is not usable"):
        files.checked_name(name, "Thing")


def test_a_file_is_replaced_when_all_is_written(tmp_path: Path) -> None:
    path = tmp_path / "new" / "deep" / "f.txt"
    with files.atomic(path) as tmp:
        tmp.write_text("one")
        assert not path.exists()
    assert path.read_text() == "one"
    with files.atomic(path) as tmp:
        tmp.write_text("two")
        assert path.read_text() == "one"
    assert path.read_text() == "two"
    assert list(path.parent.iterdir()) == [path]


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "f.txt"
    path.write_text("old")
    with pytest.raises(KeyboardInterrupt), files.atomic(path) as tmp:
        tmp.write_text("half")
        raise KeyboardInterrupt
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def fifo(tmp_path: Path) -> Path:
    os.mkfifo(tmp_path / "pipe")
    return tmp_path / "pipe"


def link_to_a_fifo(tmp_path: Path) -> Path:
    (tmp_path / "link").symlink_to(fifo(tmp_path))
    return tmp_path / "link"


def directory(tmp_path: Path) -> Path:
    (tmp_path / "directory").mkdir()
    return tmp_path / "directory"


@pytest.mark.parametrize("make", [fifo, link_to_a_fifo, directory])
def test_what_is_no_regular_file_is_never_replaced(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    path = make(tmp_path)
    before = {p: p.lstat() for p in tmp_path.iterdir()}
    with pytest.raises(WeakrecError, match="is not a regular file"), files.atomic(path) as tmp:
        tmp.write_text("new")
    assert {p: p.lstat() for p in tmp_path.iterdir()} == before


def test_the_end_of_a_pipe_is_never_replaced() -> None:
    """As ``--out /dev/stdout`` is where the output goes to another command."""
    reader, writer = os.pipe()
    try:
        with pytest.raises(WeakrecError, match="is not"), files.atomic(Path(f"/dev/fd/{writer}")) as tmp:
            tmp.write_text("new")
    finally:
        os.close(writer)
        os.close(reader)


def test_a_device_is_never_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "device"
    path.write_text("old")
    real = os.stat

    def stat_(at: Any, *arguments: Any, **options: Any) -> os.stat_result:
        found = real(at, *arguments, **options)
        return os.stat_result((stat.S_IFCHR | 0o666, *found[1:])) if Path(str(at)) == path else found

    monkeypatch.setattr(os, "stat", stat_)
    with pytest.raises(WeakrecError, match="device is not a regular file"), files.atomic(path) as tmp:
        tmp.write_text("new")
    monkeypatch.undo()
    assert path.read_text() == "old"


def test_a_link_stays_and_its_file_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "f.txt").write_text("old")
    (tmp_path / "link").symlink_to(tmp_path / "there" / "f.txt")
    with files.atomic(tmp_path / "link") as tmp:
        tmp.write_text("new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "there" / "f.txt").read_text() == "new"


def test_json_without_nan(tmp_path: Path) -> None:
    path = tmp_path / "f.json"
    files.write_json(path, {"a": [1, None, "é"]})
    assert json.loads(path.read_text(encoding="utf-8")) == {"a": [1, None, "é"]}
    with pytest.raises(ValueError, match="not JSON compliant"):
        files.write_json(path, {"a": float("nan")})
    assert json.loads(path.read_text(encoding="utf-8")) == {"a": [1, None, "é"]}


def test_threads_writing_the_same_file_do_not_get_in_each_others_way(tmp_path: Path) -> None:
    path = tmp_path / "f.json"
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda i: files.write_json(path, [i] * 1000), range(200)))
    assert len(set(json.loads(path.read_text()))) == 1
    assert list(tmp_path.iterdir()) == [path]


def test_of_two_writers_of_a_new_file_one_wins(tmp_path: Path) -> None:
    path = tmp_path / "v1.txt"

    def write(i: int) -> bool:
        try:
            with files.atomic_new(path) as tmp:
                tmp.write_text(str(i))
        except FileExistsError:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        won = [i for i, w in enumerate(threads.map(write, range(16))) if w]
    assert len(won) == 1
    assert path.read_text() == str(won[0])
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("write", [files.atomic, files.atomic_new])
def test_what_is_written_outlives_a_power_cut(tmp_path: Path, write: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []

    def record(name: str) -> None:
        real = getattr(os, name)

        def call(*arguments: Any, **more: Any) -> Any:
            what = os.readlink(f"/proc/self/fd/{arguments[0]}") if name == "fsync" else arguments[1]
            done.append(f"{name} {Path(what).name.split('.')[-1]}")
            return real(*arguments, **more)

        monkeypatch.setattr(os, name, call)

    for name in ("fsync", "replace", "link"):
        record(name)
    with write(tmp_path / "f.txt") as tmp:
        tmp.write_text("whole")
    into_place = "replace" if write is files.atomic else "link"
    assert done == ["fsync tmp", f"{into_place} txt", f"fsync {tmp_path.name}"]


def test_json_that_is_nested_too_deep_is_no_json(tmp_path: Path) -> None:
    (tmp_path / "f.json").write_text("[" * 100_000)
    with pytest.raises(ValueError, match="nested too deep"):
        files.read_json(tmp_path / "f.json")


def test_new_directories_outlive_a_power_cut_from_the_top_down(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[str] = []
    real = os.fsync

    def fsync(descriptor: int) -> None:
        synced.append(os.path.relpath(os.readlink(f"/proc/self/fd/{descriptor}"), tmp_path))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    files.append_lines(tmp_path / "a" / "b" / "log.jsonl", ["1"])
    assert synced == [".", "a", "a/b/log.jsonl", "a/b"]
    synced.clear()
    files.append_lines(tmp_path / "a" / "b" / "log.jsonl", ["2"])
    assert synced == ["a/b/log.jsonl"]
    synced.clear()
    files.sync_all(tmp_path / "a")
    assert synced == ["a/b", "a/b/log.jsonl", "a"]


def test_a_file_in_the_way_of_a_directory_is_said_by_the_system(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("")
    with pytest.raises(OSError, match="f'"):
        files.make_directory(tmp_path / "f" / "g")


def test_lines_that_the_disk_has_no_room_for_are_an_error_and_spoil_no_later_ones(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    files.append_lines(path, ["1" * 990])
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(OSError):
            files.append_lines(path, ["2" * 20])  # of which there is room for a part
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    files.append_lines(path, ["3"])
    first, half, last = filter(None, path.read_text().split("\n"))
    assert (first, last) == ("1" * 990, "3") and len(half) < 20


def test_an_array_that_the_disk_has_no_room_for_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "a.npy"
    files.write_array(path, np.arange(100))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(OSError):
            files.write_array(path, np.arange(200))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert np.array_equal(np.load(path), np.arange(100))
    assert list(tmp_path.iterdir()) == [path]

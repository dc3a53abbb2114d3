"""Names, and files that are whole or not there."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

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

"""Lines that can't be used are found, named by number, and counted."""

import gzip
from pathlib import Path

import duckdb
import pytest

from weakrec_core.data.ingest.jsonlines import drop_bad_lines, load_lines
from weakrec_core.errors import DataError
from weakrec_core.packing import verify

GOOD = b'{"id": "a", "n": 1}\n'
CHECKS = {"has no id": "id IS NULL", "has no n": "n IS NULL"}


def read(path: Path, skip: bool = False) -> tuple[list[tuple[int, str, str]], dict[str, int]]:
    """The usable lines as (line, id, n), and the counts of the others."""
    with duckdb.connect() as con:
        load_lines(con, "t", path, {"id": "VARCHAR", "n": "VARCHAR"})
        counts = drop_bad_lines(con, "t", path, CHECKS, skip)
        return con.execute("SELECT line, id, n FROM t ORDER BY line").fetchall(), counts


def write(tmp_path: Path, content: bytes, name: str = "lines.json") -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


def test_numbers_strings_and_what_is_missing(tmp_path: Path) -> None:
    path = write(tmp_path, '{"id": 7, "n": 1.5}\n{"n": "Ü\\u0000", "id": "é", "more": [1]}'.encode())
    assert read(path) == ([(1, "7", "1.5"), (2, "é", "Ü\0")], {})


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_line_ends_and_blank_lines(tmp_path: Path, end: bytes) -> None:
    path = write(tmp_path, end.join([GOOD.strip(), b"", b" \t", GOOD.strip(), GOOD.strip()]))
    assert len(read(path)[0]) == 3
    mixed = write(tmp_path, GOOD + GOOD.strip() + b"\r\n" + GOOD)
    assert len(read(mixed)[0]) == 3


@pytest.mark.parametrize(
    ("bad", "problem"),
    [
        (b"not json", "is not a JSON object"),
        (b"[1, 2]", "is not a JSON object"),
        (b"null", "is not a JSON object"),
        (b'{"id": "a", "n": 1', "is not a JSON object"),
        (b'{"id": "a\x01b", "n": 1}', "is not a JSON object"),
        (b'{"id": "\\ud83d", "n": 1}', "is not a JSON object"),  # half a surrogate pair
        (b'{"id": "\xff\xfe", "n": 1}', "is not UTF-8 text"),
        (b'{"n": 1}', "has no id"),
        (b'{"id": null, "n": 1}', "has no id"),
        (b'{"id": "a"}', "has no n"),
        (b"{}", "has no id"),
    ],
)
@pytest.mark.parametrize("name", ["lines.json", "lines.json.gz"])
def test_the_first_bad_line_is_named_or_all_are_left_out_and_counted(
    tmp_path: Path, bad: bytes, problem: str, name: str
) -> None:
    content = GOOD + b"\n" + GOOD + bad + b"\n" + GOOD + bad + b"\n" + GOOD
    path = write(tmp_path, gzip.compress(content) if name.endswith("gz") else content, name)
    with pytest.raises(DataError) as e:
        read(path)
    assert str(e.value) == f"Line 4 of {path} {problem}; --skip-bad-lines leaves such lines out."
    usable, counts = read(path, skip=True)
    assert [(id_, n) for _, id_, n in usable] == [("a", "1")] * 4
    assert counts == {problem: 2}


@pytest.mark.parametrize(("first", "second", "line"), [(b"junk", b"\xff", 2), (b"\xff", b"junk", 2)])
def test_the_first_bad_line_is_named_though_a_line_of_another_encoding_is_near(
    tmp_path: Path, first: bytes, second: bytes, line: int
) -> None:
    path = write(tmp_path, GOOD + first + b"\n" + second + b"\n" + GOOD)
    problem = "is not UTF-8 text" if first == b"\xff" else "is not a JSON object"
    with pytest.raises(DataError, match=rf"Line {line} of .* {problem}"):
        read(path)


def test_nothing_usable(tmp_path: Path) -> None:
    path = write(tmp_path, b"junk\n\nmore junk\n")
    with pytest.raises(DataError, match=r"lines\.json has no usable line"):
        read(path, skip=True)
    with pytest.raises(DataError, match=r"lines\.json has no usable line"):
        read(write(tmp_path, b"\n\n"))


def test_a_long_line(tmp_path: Path) -> None:
    path = write(tmp_path, b'{"id": "' + b"x" * 3_000_000 + b'", "n": 1}\n' + GOOD)
    assert [len(id_) for _, id_, _ in read(path)[0]] == [3_000_000, 1]


@pytest.mark.parametrize("name", ["lines[1].json", "lines?.json", "lines*.json", "lines].json", "lines{1,2}.json"])
def test_a_name_is_no_pattern(tmp_path: Path, name: str) -> None:
    write(tmp_path, b"junk\n", "lines1.json")
    assert len(read(write(tmp_path, GOOD, name))[0]) == 1


def test_a_gzip_of_several_members(tmp_path: Path) -> None:
    path = write(tmp_path, gzip.compress(GOOD) + gzip.compress(GOOD * 2), "lines.json.gz")
    verify(path)
    assert len(read(path)[0]) == 3


PACKED = gzip.compress(b"".join(b'{"id": "%d", "n": %d}\n' % (i, i * i) for i in range(5000)))


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (b"", "lines.json", "lines.json is empty."),
        (b"", "lines.json.gz", "lines.json.gz is empty."),
        (gzip.compress(b""), "lines.json.gz", "lines.json.gz is empty."),
        (PACKED[:-1000], "lines.json.gz", "lines.json.gz is truncated"),
        (PACKED[:-3], "lines.json.gz", "lines.json.gz is truncated"),
        (PACKED[:5], "lines.json.gz", "lines.json.gz is truncated"),
        (PACKED[:3000] + bytes([PACKED[3000] ^ 255]) + PACKED[3001:], "lines.json.gz", "is not an intact gzip file"),
        (PACKED[:-8] + bytes(4) + PACKED[-4:], "lines.json.gz", "is not an intact gzip file"),
        (PACKED + b"more than a header", "lines.json.gz", "is not an intact gzip file"),
        (GOOD, "lines.json.gz", "is not an intact gzip file"),
    ],
    ids=[
        "empty",
        "empty-gz",
        "empty-in-gz",
        "cut",
        "cut-in-checksum",
        "cut-in-header",
        "flipped",
        "checksum",
        "tail",
        "plain",
    ],
)
def test_a_file_that_is_not_intact(tmp_path: Path, content: bytes, name: str, message: str) -> None:
    path = write(tmp_path, content, name)
    with pytest.raises(DataError) as e:
        verify(path)
    assert message in str(e.value)
    assert str(path) in str(e.value)
    assert "\n" not in str(e.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"gone\.json\.gz cannot be read: No such file"):
        verify(tmp_path / "gone.json.gz")
    with pytest.raises(DataError, match="cannot be read"), duckdb.connect() as con:
        load_lines(con, "t", tmp_path, {"id": "VARCHAR"})


def test_an_intact_file_is_read_to_the_end_with_progress(tmp_path: Path) -> None:
    path = write(tmp_path, gzip.compress((b"x" * 99 + b"\n") * 200_000), "lines.json.gz")
    seen: list[float] = []
    verify(path, lambda fraction, message: seen.append(fraction))
    assert len(seen) >= 4
    assert seen == sorted(seen)
    assert seen[-1] <= 1

"""What is far from any honest table is read, or told in one sentence that names file and line; never a traceback."""

import gzip
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import zipped
from weakrec_core.data.ingest.look import look
from weakrec_core.data.ingest.scales import Scale
from weakrec_core.data.ingest.table import Columns, TableConfig, TablePreview, ingest_table, preview_table
from weakrec_core.data.ingest.tabular import TableFormat
from weakrec_core.data.splits import SplitConfig
from weakrec_core.errors import DataError
from weakrec_core.workspace import Workspace

ROWS = [(f"u{u}", f"i{i}", 1 + (u + i) % 5) for u in range(20) for i in range(6)]
CSV = "".join(f"{user},{item},{rating}\n" for user, item, rating in ROWS)
RECORDS = [{"user": user, "item": item, "rating": rating} for user, item, rating in ROWS]
LINES = "".join(json.dumps(record) + "\n" for record in RECORDS)
COLUMNS = Columns(user="user", item="item", rating="rating")
SPLITS = SplitConfig(dev_rows=24)
DEEP = "[" * 100_000 + "]" * 100_000
OBJECTS = '{"a":' * 100_000 + "1" + "}" * 100_000
LONG = "x" * 17_000_000


def previewed(path: Path, config: TableConfig | None = None) -> TablePreview:
    return preview_table(path, COLUMNS, config, SPLITS)


def written(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize("field", ["t" * 200_000, '"' + "t," * 100_000 + '"'], ids=["plain", "quoted"])
def test_a_header_field_of_200_000_characters(field: str, tmp_path: Path) -> None:
    path = written(tmp_path / "r.csv", f"user,item,rating,{field}\n{CSV}")
    said = r"r\.csv has a column with a name of more than 1,000 characters; if its first line is a row, say that there is no"
    for attempt in (look, previewed):
        with pytest.raises(DataError, match=said):
            attempt(path)
    found = look(path, TableFormat(header=False))
    assert (found.columns, found.rows) == (["c1", "c2", "c3", "c4"], 1)


def test_a_field_of_that_length_in_the_first_row(tmp_path: Path) -> None:
    path = written(tmp_path / "r.csv", f'u1,i1,5,"{"good, " * 40_000}"\n' + CSV.replace("\n", ",fine\n"))
    assert look(path).columns == ["c1", "c2", "c3", "c4"]


@pytest.mark.parametrize("name", ["x" * 2_000, "y" * 10**6])
def test_a_name_in_json_is_no_longer(name: str, tmp_path: Path) -> None:
    path = written(tmp_path / "r.jsonl", json.dumps({**RECORDS[0], name: 1}) + "\n" + LINES)
    with pytest.raises(DataError, match=r"r\.jsonl has a column with a name of more than 1,000 characters\.$"):
        look(path)


@pytest.mark.parametrize(
    ("name", "content", "kept"),
    [
        ("last.jsonl", f"{LINES}{DEEP}\n", 120),
        ("first.jsonl", f"{DEEP}\n{LINES}", 120),
        ("field.jsonl", f'{{"user":"u1","item":"i9","rating":3,"x":{DEEP}}}\n{LINES}', 121),
        ("id.jsonl", f'{{"user":{DEEP},"item":"i9","rating":3}}\n{LINES}', 121),
        ("rating.jsonl", f'{{"user":"u1","item":"i9","rating":{DEEP}}}\n{LINES}', 121),
        ("objects.jsonl", f'{{"user":"u1","item":"i9","rating":3,"x":{OBJECTS}}}\n{LINES}', 121),
        ("array.json", f'[{{"user":"u1","item":"i9","rating":3,"x":{DEEP}}},{json.dumps(RECORDS)[1:]}', 121),
    ],
)  # fmt: skip
def test_json_nested_100_000_deep(name: str, content: str, kept: int, tmp_path: Path, workspace: Workspace) -> None:
    path = written(tmp_path / name, content)
    assert look(path).rows >= 120
    assert previewed(path).kept == kept
    if kept == 120:
        with pytest.raises(DataError, match=rf"Line \d+ of .*{name} is not a JSON object; --skip-bad-lines leaves"):
            ingest_table(workspace, "d", path, COLUMNS, splits=SPLITS)
    elif name == "id.jsonl":
        assert DEEP in ingest_table(workspace, "d", path, COLUMNS, splits=SPLITS).user_ids.tolist()


def test_nothing_but_brackets(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"r\.json holds no JSON objects"):
        look(written(tmp_path / "r.json", DEEP))


def test_a_rating_that_no_float_holds_is_none(tmp_path: Path, workspace: Workspace) -> None:
    odd = ["1e308", "-1e308", "1e309", "9" * 50, f"{'9' * 50}/5", f"1/{'9' * 30}e9", "inf", "9" * 400]
    added = "".join(f"u1,i{10 + i},{rating}\n" for i, rating in enumerate(odd))
    path = written(tmp_path / "r.csv", f"user,item,rating\n{CSV}{added}")
    assert look(path).rows == 128
    assert sum(previewed(path).ratings.not_rated().values()) == 8
    dataset = ingest_table(workspace, "d", path, COLUMNS, splits=SPLITS)
    assert dataset.meta["rating_range"] == [1, 5]
    assert not any("held_out" in count for count in dataset.meta["counts"])  # of splits by time


def test_a_column_of_them_is_no_ratings(tmp_path: Path) -> None:
    path = written(
        tmp_path / "r.csv", "user,item,rating\n" + CSV.replace(",1\n", ",1e308\n").replace(",5\n", ",1e308\n")
    )
    assert previewed(path, TableConfig(positive=3)).ratings.rated["value"].tolist() == [2, 3, 4]
    path = written(
        tmp_path / "r.csv", "user,item,rating\n" + "".join(f"{user},{item},1e308\n" for user, item, _ in ROWS)
    )
    with pytest.raises(DataError, match=r"None of the ratings in .*r\.csv can be read, such as '1e308'"):
        previewed(path)


@pytest.mark.parametrize(
    ("name", "content", "line"),
    [
        ("r.csv", lambda: f"user,item,rating\n{CSV}u1,i9,{LONG}\n", 122),
        ("r.csv", lambda: f'user,item,rating\n{CSV}u1,i9,"{LONG}"\n{CSV}', 122),
        ("r.csv", lambda: f"user,item,{LONG}\n{CSV}", 1),
        ("r.csv.gz", lambda: gzip.compress(f"user,item,rating\n{CSV}u1,i9,{LONG}\n".encode(), 1), 122),
        ("r.jsonl", lambda: LINES + json.dumps({"user": LONG}) + "\n" + LINES, 121),
        ("r.zip", lambda: zipped({"r.jsonl": (LINES + json.dumps({"user": LONG})).encode()}), 121),
    ],
    ids=["plain", "quoted", "header", "gz", "jsonl", "zip"],
)  # fmt: skip
def test_a_line_of_17_mb_is_named(name: str, content: Callable[[], str | bytes], line: int, tmp_path: Path) -> None:
    path = written(tmp_path / name, content())
    for attempt in (look, previewed):
        with pytest.raises(
            DataError, match=rf"^Line {line} of .*{name} is longer than 16 MB, which is the most that is read\.$"
        ):
            attempt(path)


def test_an_object_of_34_mb(tmp_path: Path) -> None:
    path = written(tmp_path / "r.json", json.dumps([*RECORDS, {**RECORDS[0], "text": LONG + LONG}]))
    for attempt in (look, previewed):
        with pytest.raises(DataError, match=r"r\.json cannot be read \(an object in it is longer than 16 MB\)\.$"):
            attempt(path)


def two_scales(low: range, high: range) -> str:
    """A third of the users rates on the second scale."""
    of = [low[(u + i) % len(low)] if u % 3 else high[(u + i) % len(high)] for u in range(60) for i in range(6)]
    return "user,item,rating\n" + "".join(f"u{n // 6},i{n % 6},{rating}\n" for n, rating in enumerate(of))


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (
            range(1, 6),
            range(10, 101, 10),
            "from 1 to 5 and from 10 to 100; name the scale that counts (--scale), such as 1-5",
        ),
        (
            range(11),
            range(20, 101, 5),
            "from 0 to 10 and from 20 to 100; name the scale that counts (--scale), such as 0-10",
        ),
    ],
    ids=["5 and 100", "10 and 100"],
)
def test_two_scales_in_one_column_are_told(low: range, high: range, said: str, tmp_path: Path) -> None:
    path = written(tmp_path / "r.csv", two_scales(low, high))
    with pytest.raises(
        DataError, match=rf"^The ratings in .*r\.csv look like two scales in one column, {re.escape(said)}\.$"
    ):
        previewed(path)
    on_lower = previewed(path, TableConfig(scale=Scale(low[0], low[-1])))
    assert on_lower.ratings.not_rated() == {f"is not on the scale {low[0]} to {low[-1]}": 120}
    assert previewed(path, TableConfig(scale=Scale(0, 100))).ratings.not_rated() == {}


@pytest.mark.parametrize("high", [range(6, 101, 7), range(12, 22, 5), range(10, 301, 10)])
def test_one_scale_is_taken_for_one(high: range, tmp_path: Path) -> None:
    assert previewed(written(tmp_path / "r.csv", two_scales(range(1, 6), high))).kept == 360

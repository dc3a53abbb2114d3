"""The database reads what it was given, and nothing else."""

from pathlib import Path

import duckdb
import pandas as pd
import pytest

from weakrec_core import limits
from weakrec_core.connection import connected, escaped, sql_name, sql_text
from weakrec_core.errors import DataError

ROW = "SELECT * FROM read_csv($path, header = true)"


@pytest.mark.parametrize("name", ["a.csv", "a[1]*?.csv", "it's; DROP.csv", "s3.csv"])
def test_it_reads_the_file_that_was_named(name: str, tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / name).write_text("x\n1\n")
    path = tmp_path / "files" / name
    with connected(path, scratch=tmp_path / "scratch") as con:
        assert con.execute(ROW, {"path": escaped(path)}).fetchall() == [(1,)]
        (tmp_path / "scratch" / "b.csv").write_text("x\n2\n")
        assert con.execute(ROW, {"path": escaped(tmp_path / "scratch" / "b.csv")}).fetchall() == [(2,)]
    assert [p.name for p in (tmp_path / "scratch").iterdir()] == ["b.csv"]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM read_text('{other}')",
        "SELECT * FROM read_csv('{folder}/*')",
        "SELECT * FROM glob('{folder}/*')",
        "SELECT * FROM read_csv('https://127.0.0.1:9/a.csv')",
        "SELECT * FROM read_parquet('s3://a/b.parquet')",
        "COPY (SELECT 1) TO '{folder}/out.csv'",
        "ATTACH '{folder}/a.db'",
        "INSTALL httpfs",
        "SET enable_external_access = true",
        "SET memory_limit = '100GB'",
        "SELECT * FROM local_variable",
    ],
)
def test_it_reads_and_writes_nothing_else(query: str, tmp_path: Path) -> None:
    local_variable = pd.DataFrame({"a": [1]})
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "a.csv").write_text("x\n1\n")
    (folder / "other.csv").write_text("secret\n1\n")
    with connected(folder / "a.csv", scratch=tmp_path / "scratch") as con, pytest.raises(duckdb.Error) as refused:
        con.execute(query.format(folder=folder, other=folder / "other.csv"))
    assert not isinstance(refused.value, duckdb.ParserException | duckdb.IOException) and len(local_variable)
    assert sorted(p.name for p in folder.iterdir()) == ["a.csv", "other.csv"]


def test_what_takes_too_much_memory_goes_to_the_disk_or_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "INGEST_MEMORY", 64 << 20)
    with connected(scratch=tmp_path) as con:
        con.execute("CREATE TABLE t AS SELECT range AS i, md5(range::VARCHAR) AS h FROM range(2_000_000)")
        assert con.execute("SELECT count(*) FROM t").fetchall() == [(2_000_000,)]
        assert list(tmp_path.glob("weakrec-*/spilled/*"))
    with (
        pytest.raises(DataError, match=r"r\.csv cannot be read \(it takes more than 0\.0625 GB of memory\)\.$"),
        connected(tmp_path / "r.csv", scratch=tmp_path) as con,
    ):
        con.execute("SELECT string_agg(repeat('x', 1000000), '') FROM range(1000)")
    assert list(tmp_path.iterdir()) == []


def test_names_and_texts_as_sql_writes_them() -> None:
    text, name = sql_text("it's"), sql_name('a"b')
    with connected() as con:
        assert con.execute(f"SELECT {text} AS {name}").df().to_dict("list") == {'a"b': ["it's"]}

"""Whatever holds a table is read alike, or one sentence says why not; nothing is left behind."""

import gzip
import io
import os
import tempfile
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import zipped
from weakrec_core.data.ingest.dialects import TableFormat
from weakrec_core.data.ingest.encodings import encoding_of
from weakrec_core.data.ingest.look import look
from weakrec_core.data.ingest.plain_files import plain_file
from weakrec_core.data.ingest.table import Columns, TableConfig, preview_table
from weakrec_core.data.ingest.tabular import load_columns
from weakrec_core.data.splits import SplitConfig
from weakrec_core.errors import DataError

TABLE = pd.DataFrame(
    [
        (f"Jörg {u}", f"Möwe {(u + k) % 7}", str(k + 2), f'Schön; "wirklich",\nfür {u}')
        for u in range(30)
        for k in range(3)
    ],
    columns=["Nutzer", "Film", "Sterne", "Text"],
)
COLUMNS = Columns(user="Nutzer", item="Film", rating="Sterne", text="Text")
CSV = TABLE.to_csv(index=False)


def packed(kind: str) -> bytes:
    out = io.BytesIO()
    if kind == "xlsx":
        TABLE.astype({"Sterne": int}).to_excel(out, index=False)
    else:
        TABLE.to_parquet(out)
    return out.getvalue()


XLSX, PARQUET, GZ = packed("xlsx"), packed("parquet"), gzip.compress(CSV.encode())
RECORDS = TABLE.to_json(orient="records").encode()
GERMAN = TABLE.assign(Sterne=[f"{int(s)},5" for s in TABLE["Sterne"]]).to_csv(index=False, sep=";").encode("latin-1")


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory for the file, and one of its own for what is unpacked."""
    (tmp_path / "unpacked").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "unpacked"))
    return tmp_path


@pytest.mark.parametrize(
    ("name", "content", "kind", "encoding"),
    [
        ("r.csv", CSV.encode(), "csv", "utf-8"),
        ("R.CSV", b"\xef\xbb\xbf" + CSV.encode(), "csv", "utf-8"),
        ("r.csv", CSV.encode("utf-16"), "csv", "utf-16"),
        ("r.csv", CSV.encode("utf-16-be"), "csv", "utf-16-be"),
        ("r.csv.gz", gzip.compress(CSV.encode("cp1252")), "csv", "cp1252"),
        ("r.inter", CSV.encode(), "csv", "utf-8"),
        ("r.zip", zipped({"a/r.csv": CSV.encode(), "__MACOSX/r.csv": b"x", "a/.DS_Store": b"x"}), "csv", "utf-8"),
        ("r.zip", zipped({"r.parquet": PARQUET}), "parquet", None),
        ("r.zip", zipped({"r.xlsx": XLSX}), "xlsx", None),
        ("r.xlsx", XLSX, "xlsx", None),
        ("r.parquet", PARQUET, "parquet", None),
        ("r.json", RECORDS, "json array", "utf-8"),
        ("r.json.gz", gzip.compress(b"\xef\xbb\xbf" + RECORDS), "json array", "utf-8"),
        ("r.json", TABLE.to_json(orient="records", lines=True).encode(), "json lines", "utf-8"),
        ("r.data", TABLE.to_json(orient="records", lines=True).encode("utf-16"), "json lines", "utf-16"),
    ],
)  # fmt: skip
def test_the_same_table_in_many_files(
    name: str, content: bytes, kind: str, encoding: str | None, written: Path
) -> None:
    (written / name).write_bytes(content)
    found = look(written / name)
    assert (found.kind, found.format.encoding, found.columns, found.rows) == (kind, encoding, list(TABLE), len(TABLE))
    assert found.preview.equals(TABLE.head(50).astype("str"))
    assert found.roles.items() >= {"user": "Nutzer", "item": "Film", "rating": "Sterne"}.items()
    with plain_file(written / name) as file, duckdb.connect() as con:
        load_columns(con, "t", file, {"user": "Nutzer", "text": "Text"}, found.format)
        rows = con.execute("SELECT line, user, text FROM t WHERE problem IS NULL ORDER BY line").fetchall()
    assert [row[1:] for row in rows] == list(zip(TABLE["Nutzer"], TABLE["Text"], strict=True))
    assert [line for line, *_ in rows[:3]] == [
        {"csv": 2, "xlsx": 2}.get(kind, 1) + i * (2 if kind == "csv" else 1) for i in range(3)
    ]
    assert list((written / "unpacked").iterdir()) == []


def test_a_german_table(written: Path) -> None:
    (written / "r.csv").write_bytes(GERMAN)
    found = look(written / "r.csv")
    assert found.format == TableFormat(encoding="cp1252", separator=";", quote='"', header=True)
    assert found.preview["Text"][0] == 'Schön; "wirklich",\nfür 0'
    preview = preview_table(written / "r.csv", COLUMNS, TableConfig(positive="3,5"), SplitConfig(dev_rows=9))
    assert preview.ratings.values["value"].tolist() == [2.5, 3.5, 4.5]
    assert preview.positive_share == pytest.approx(2 / 3)


def test_how_it_is_written_can_be_said(written: Path) -> None:
    (written / "r.txt").write_text("anna::alien::4\nbert::brazil::5\n")
    found = look(written / "r.txt", TableFormat(separator="::"))
    assert (found.columns, found.rows, found.format.header) == (["c1", "c2", "c3"], 2, False)
    assert found.preview.iloc[1].tolist() == ["bert", "brazil", "5"]
    (written / "r.csv").write_bytes(b"who,what\nna\xefve,'a,b'\n")
    found = look(written / "r.csv", TableFormat(encoding="cp1250", quote="'", header=True))
    assert found.preview.iloc[0].tolist() == ["naďve", "a,b"]
    found = look(written / "r.csv", TableFormat(encoding="latin-1", quote="'", header=False))
    assert found.preview.iloc[0].tolist() == ["who", "what"]


WORDS = "the film was good ein schöner Film über größere Mäuse le garçon était déjà très naïf el niño español “quoted”".split()


@given(st.lists(st.sampled_from(WORDS), min_size=5), st.sampled_from(["utf-8", "utf-16", "cp1252"]))
def test_western_texts_are_read_in_the_encoding_they_are_in(words: list[str], encoding: str) -> None:
    text = "user,text\nx," + " ".join(words)
    content = text.encode(encoding)
    assert content.decode(encoding_of(lambda: io.BytesIO(content))) == text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [("Хороший фильм, пять звёзд\n", "cp1251"), ("とても良い映画だった、五つ星です\n", "cp932"), ("Świetna gra aktorów, żółć\n", "utf-8")],
)  # fmt: skip
def test_other_texts(text: str, encoding: str) -> None:
    content = (text * 30).encode(encoding)
    assert encoding_of(lambda: io.BytesIO(content)) == encoding


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("r.csv", b"", "is empty"),
        ("r.csv", b"\n \n", "is empty"),
        ("r.csv", b"Nutzer,Film,Sterne,Text\n", "has no row"),
        ("r.csv", bytes(range(256)) * 9, "holds no text and is of no kind that can be read"),
        ("r.csv", XLSX, "is of no kind that can be read"),
        ("r.xls", b"\xd0\xcf\x11\xe0" + bytes(99), "is a workbook of an old Excel"),
        ("r.csv.gz", GZ[:-20], "is truncated"),
        ("r.parquet", PARQUET[:-99], "cannot be read"),
        ("r.parquet", CSV.encode(), "cannot be read"),
        ("r.xlsx", XLSX[:-99], "is not an intact Excel workbook"),
        ("r.xlsx", zipped({"r.csv": CSV.encode()}), "is not an intact Excel workbook"),
        ("r.json", RECORDS[:-99], "cannot be read"),
        ("r.json", b"[1, 2]", "holds no JSON objects"),
        ("r.zip", zipped({"in.zip": zipped({"r.csv": CSV.encode()})}), "holds another archive, in.zip"),
        ("r.zip", zipped({"r.csv.gz": GZ}), "holds another archive, r.csv.gz"),
        ("r.zip", zipped({"a.csv": b"a", "b.csv": b"b"}), "holds 2 files; a zip has to hold one table"),
        ("r.zip", zipped({"r.csv": CSV.encode()})[:-60], "is not an intact zip file"),
        ("r.zip", zipped({"r.csv": b""}), "holds an empty file"),
        ("r.csv", ",".join(f"c{i}" for i in range(10**6)).encode() + b"\n1\n", "has more than 10,000 columns"),
        ("r.jsonl", b"{" + b",".join(b'"c%d":1' % i for i in range(10**5)) + b"}\n", "has more than 10,000 columns"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_told_in_one_sentence(name: str, content: bytes, message: str, written: Path) -> None:
    path = written / name
    path.write_bytes(content)
    for attempt in (look, lambda path: preview_table(path, COLUMNS)):
        with pytest.raises(DataError) as e:
            attempt(path)
        assert str(path) in str(e.value) and "\n" not in str(e.value)
        assert message in str(e.value) or "has no usable" in str(e.value)
    assert list((written / "unpacked").iterdir()) == []


def test_an_encoding_that_it_is_not_in(written: Path) -> None:
    (written / "r.csv").write_bytes(b"a,b\n1,2\n\xe4,3\n")
    with pytest.raises(DataError, match=r"Line 3 of .*r\.csv is not ascii text; name another --encoding"):
        look(written / "r.csv", TableFormat(encoding="ascii"))


def test_what_is_no_file(written: Path) -> None:
    os.mkfifo(written / "r.csv")
    for path in (written / "r.csv", written / "unpacked"):
        with pytest.raises(DataError, match="cannot be read: it is not a file"):
            look(path)

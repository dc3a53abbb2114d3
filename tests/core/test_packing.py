"""A small file that unpacks to what would fill the machine is one sentence, wherever it is given, and is not unpacked."""

import gzip
import io
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.conftest import zipped
from weakrec_core import limits
from weakrec_core.data.attached import read_keyed
from weakrec_core.data.ingest.look import look
from weakrec_core.data.ingest.table import Columns, preview_table
from weakrec_core.errors import DataError
from weakrec_core.files import PROJECT
from weakrec_core.labeling.exchange.importing import keywords_of, kind_of
from weakrec_core.packing import check_parquet

LONG = "x" * 100_000


def parquet(**columns: object) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out, dictionary_pagesize_limit=10**7)
    return out.getvalue()


def repeated(times: int, text: str = LONG) -> pa.DictionaryArray:
    """One text that stands there once."""
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(times, dtype=np.int32)), pa.array([text]))


def workbook() -> bytes:
    """One text in 2,500 cells, which a workbook shares."""
    out = io.BytesIO()
    pd.DataFrame({"user": [LONG[:30_000]] * 2_500}).to_excel(out, index=False)
    return out.getvalue()


NAMES = (
    "zeros.csv.gz",
    "zeros.zip",
    "zeros.xlsx",
    "one_text_many_cells.xlsx",
    "one_number_many_rows.parquet",
    "one_text_many_rows.parquet",
    "packed.zip",
)
TOO_MUCH = r"holds more than 0\.5 GB, which is the most that is read"
TOO_TIGHT = r"unpacks to more than (250|100) times its size, as no honest file does, and is not read"


@pytest.fixture(scope="module")
def bombs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with files of under 1 MB."""
    directory = tmp_path_factory.mktemp("bombs")
    zeros, ones = (b"0" * 99 + b"\n") * 700_000, np.ones(5 * 10**6, np.int8)
    texts = parquet(user_id=repeated(50_000), book_id=repeated(50_000), v=ones[:50_000])
    tags = pa.ListArray.from_arrays(pa.array([0, 50_000], pa.int32()), repeated(50_000))
    many = parquet(user_id=repeated(len(ones), "u"), book_id=repeated(len(ones), "b"), v=ones)
    in_zip = [zipped({"xl/workbook.xml": zeros})] * 2
    contents = (gzip.compress(zeros), *in_zip, workbook(), many, texts, zipped({"r.parquet": texts}))
    files = dict(zip(NAMES, contents, strict=True))
    files["lists.parquet"] = parquet(user_id=["u"], book_id=["b"], v=[1], tags=tags)
    for name, content in files.items():
        assert len(content) < 1 << 20
        (directory / name).write_bytes(content)
    return directory


@pytest.mark.parametrize("name", NAMES)
def test_a_bomb_is_no_table(name: str, bombs: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=rf"{name} {TOO_TIGHT}\.$"):
        look(bombs / name, scratch=tmp_path)
    with pytest.raises(DataError, match=rf"{name} {TOO_TIGHT}\.$"):
        preview_table(bombs / name, Columns(user="user", item="item", rating="rating"), scratch=tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("zeros.csv.gz", TOO_TIGHT),
        ("one_number_many_rows.parquet", TOO_TIGHT),
        ("one_text_many_rows.parquet", TOO_MUCH),
    ],
)
def test_a_bomb_is_no_file_of_votes(name: str, said: str, bombs: Path) -> None:
    with pytest.raises(DataError, match=rf"{name} {said}\.$"):
        read_keyed(bombs / name)


def test_a_bomb_is_no_list_of_keywords(bombs: Path) -> None:
    for attempt in (kind_of, keywords_of):
        with pytest.raises(DataError, match=TOO_TIGHT):
            attempt(bombs / "zeros.csv.gz")


def test_more_than_the_memory_is_one_sentence(bombs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "INGEST_MEMORY", 1 << 28)
    path = bombs / "lists.parquet"
    for attempt in (look, read_keyed):
        with pytest.raises(
            DataError, match=r"lists\.parquet cannot be read \(it takes more than 0\.25 GB of memory\)\.$"
        ):
            attempt(path)


def test_the_most_that_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "TABLE", limits.Unpacked(1 << 20, 1 << 30))
    monkeypatch.setattr(limits, "KEYED_TABLE", limits.TABLE)
    lines = b"user_id,book_id,v\n" + b"u,i,1\n" * 200_000
    table = pd.DataFrame({"user_id": [str(i) for i in range(10**5)], "book_id": "b", "v": 1})
    files = {"r.csv": lines, "r.csv.gz": gzip.compress(lines), "r.parquet": table.to_parquet()}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
        for attempt in (look, read_keyed):
            with pytest.raises(
                DataError, match=rf"{name} holds more than 0\.000976\d* GB, which is the most that is read"
            ):
                attempt(tmp_path / name)


def test_an_honest_parquet_file_passes(tmp_path: Path) -> None:
    table = pd.DataFrame(
        {
            "user": np.repeat(np.arange(2_000), 10).astype(str),
            "tags": [["a", "b"]] * 20_000,
            "raw": [bytes([i % 256]) * 9 for i in range(20_000)],
            "when": pd.date_range("2020", periods=20_000, freq="h"),
            "rating": np.tile([1, 5], 10_000),
        }
    )
    table.to_parquet(tmp_path / "r.parquet")
    check_parquet(tmp_path / "r.parquet", tmp_path / "r.parquet")
    assert look(tmp_path / "r.parquet").rows == 20_000


def test_many_votes_in_a_small_file_are_honest(tmp_path: Path) -> None:
    """Those of 120 LFs that mostly abstain."""
    rows = np.arange(100_000)
    votes = {f"lf{i}": np.where(rows % 1000 == i, 1, -1).astype(np.int8) for i in range(120)}
    ids = {"user_id": [f"{i * 2654435761 % 2**32:x}" for i in range(len(rows))], "book_id": (rows % 900).astype(str)}
    pd.DataFrame(ids | votes).to_parquet(tmp_path / "v.parquet")
    assert read_keyed(tmp_path / "v.parquet").shape == (100_000, 122)


def test_memory_stays_where_it_was(bombs: Path) -> None:
    """Of a process that is given two of them, to make a dataset and to attach."""
    script = r"""
import json, re, sys
from pathlib import Path
from weakrec_core.data.attached import read_keyed
from weakrec_core.data.ingest.look import look
from weakrec_core.errors import DataError
def peak():
    return int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]) >> 10
before, refused = peak(), 0
for name in ("zeros.csv.gz", "one_text_many_rows.parquet"):
    for attempt in (look, read_keyed):
        try:
            attempt(Path(sys.argv[1], name))
        except DataError:
            refused += 1
print(json.dumps([refused, peak() - before]))
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(bombs)],
        capture_output=True,
        text=True,
        cwd=PROJECT,
        check=True,
        env={"TMPDIR": tempfile.gettempdir(), "PATH": "", "OMP_NUM_THREADS": "1"},
    )
    refused, megabytes = json.loads(done.stdout)
    assert refused == 4
    assert megabytes < 200

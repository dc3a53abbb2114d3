"""Tables in parts, in folders and at URLs: what is read, and what the operator has to allow."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.elsewhere import ElsewhereEngine
from weakrec_core.data.dataset import open_dataset
from weakrec_core.data.ingest.table_parts import URLS_VARIABLE, table_file
from weakrec_core.errors import DataError
from weakrec_core.workspace import Workspace

PARTS = {
    "part-0.parquet": pd.DataFrame({"who": ["a", "b"], "stars": [1, 5]}),
    "part-1.parquet": pd.DataFrame({"stars": [4], "who": ["c"]}),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """As Spark leaves it."""
    found = tmp_path / "data" / "ratings"
    (found / "_temporary").mkdir(parents=True)
    for name, part in PARTS.items():
        part.to_parquet(found / name)
        (found / f".{name}.crc").write_bytes(b"c")
    (found / "_SUCCESS").touch()
    PARTS["part-0.parquet"].to_parquet(found / "_temporary" / "part-9.parquet")
    return found


@pytest.fixture
def allowed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A URL under which the operator lets tables be read."""
    url = f"file://{tmp_path}/data"
    monkeypatch.setenv(URLS_VARIABLE, f"s3://elsewhere/, {url}/")
    return url


def read(source: str, scratch: Path, **options: Any) -> pd.DataFrame:
    with table_file(source, scratch, **options) as path:
        return pd.read_parquet(path)


def test_parts_are_one_table(folder: Path, allowed: str, tmp_path: Path) -> None:
    expected, told = pd.concat(PARTS.values(), ignore_index=True), list[float]()
    for source in (str(folder), f"{allowed}/ratings", f"{allowed}/ratings/"):
        pd.testing.assert_frame_equal(read(source, tmp_path / "scratch"), expected)
    engine = ElsewhereEngine()
    found = read(
        f"{allowed}/ratings", tmp_path / "scratch", fetch=engine.map, progress=lambda share, _: told.append(share)
    )
    pd.testing.assert_frame_equal(found, expected)
    assert engine.sent == 2 and told == [0.5, 1]
    one = read(f"{allowed}/ratings/part-1.parquet", tmp_path / "scratch")
    pd.testing.assert_frame_equal(one, PARTS["part-1.parquet"])
    assert not list((tmp_path / "scratch").iterdir()) and sorted(folder.glob("*.parquet"))


def test_folders_by_value_are_a_column(tmp_path: Path) -> None:
    for year in (2020, 2021):
        (tmp_path / f"year={year}").mkdir()
        pd.DataFrame({"who": [f"of {year}"]}).to_parquet(tmp_path / f"year={year}" / "part.parquet")
    found = read(str(tmp_path), tmp_path / "scratch")
    assert found.to_dict("list") == {"who": ["of 2020", "of 2021"], "year": [2020, 2021]}


def test_objects_of_another_file_system(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fsspec = pytest.importorskip("fsspec")
    memory = fsspec.filesystem("memory")
    for name, part in PARTS.items():
        with memory.open(f"/bucket/{name}", "wb") as f:
            part.to_parquet(f)
    monkeypatch.setenv(URLS_VARIABLE, "memory://bucket")
    assert len(read("memory://bucket", tmp_path)) == 3
    memory.rm("/bucket", recursive=True)


@pytest.mark.parametrize("named", [None, "", "file://{}/other", "file://{}/dat", "file://{}/data/rat,s3://b"])
def test_a_url_that_nobody_allowed(named: str | None, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(URLS_VARIABLE, raising=False)
    if named is not None:
        monkeypatch.setenv(URLS_VARIABLE, named.format(folder.parents[1]))
    with pytest.raises(DataError, match=rf"^file://{folder} is not read: \$WEAKREC_URLS names how"):
        read(f"file://{folder}", folder)


@pytest.mark.parametrize(
    ("rest", "said"),
    [
        ("/../secret", "is not read"),
        ("/%2e%2e/secret", "is not read"),
        ("/a::file:///etc", "is not read"),
        ("/none", r"cannot be read \(FileNotFoundError\)|has no Parquet files"),
        ("/empty", "has no Parquet files"),
        ("/damaged", "part.parquet cannot be read"),
        ("/other", "cannot be read .*rating"),
    ],
)
def test_what_is_no_table_is_one_sentence(rest: str, said: str, allowed: str, folder: Path, tmp_path: Path) -> None:
    for name in ("empty", "damaged", "other", "../secret"):
        (folder.parent / name).mkdir()
    (folder.parent / "damaged" / "part.parquet").write_bytes(b"PAR1, or so")
    for name, rating in (("a", [["x"]]), ("b", [3])):
        pd.DataFrame({"rating": rating}).to_parquet(folder.parent / "other" / f"{name}.parquet")
    with pytest.raises(DataError, match=said) as e:
        read(allowed + rest, tmp_path / "scratch")
    assert "\n" not in str(e.value) and str(tmp_path / "scratch") not in str(e.value)


def test_ingest_and_look(cli: Any, workspace: Workspace, allowed: str, folder: Path) -> None:
    rows = pd.DataFrame(
        [(f"u{u}", f"b{b}", 1 + (u + b) % 5) for u in range(40) for b in range(3)], columns=["who", "what", "stars"]
    )
    for part in range(2):
        rows[part::2].to_parquet(folder / f"part-{part}.parquet")
    assert cli("ingest", "look", f"{allowed}/ratings", "--json").json["rows"] == 120
    of = ["ingest", "table", f"{allowed}/ratings", "--user", "who", "--item", "what", "--name", "parts", "--json"]
    done = cli(*of, "--rating", "stars")
    assert done.status == 0 and sum(done.json["rows"].values()) == 120
    made = open_dataset(workspace, "parts")
    assert made.meta["files"] == {"ratings": "ratings.parquet"}
    assert cli(*of, "--rating", "stars", "--part-rows", "50").status == 0
    assert open_dataset(workspace, "parts").path == made.path  # it is recognised
    said = cli(*of, "--rating", "rating").err
    assert f"{allowed}/ratings" in said and str(workspace.root) not in said
    assert not list(workspace.scratch.glob("*"))

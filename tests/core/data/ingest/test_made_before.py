"""The same files, ingested again in the same way, are recognised; anything else is made anew."""

import os
from pathlib import Path

import pytest

from weakrec_core.data.ingest import goodreads, table
from weakrec_core.data.ingest.made_before import made_of
from weakrec_core.data.splits import SplitConfig
from weakrec_core.errors import DataError
from weakrec_core.workspace import Workspace

RATINGS = "user,item,rating\n" + "".join(f"u{i // 10},i{i % 10},{1 + i % 5}\n" for i in range(400))


def test_goodreads_files(demo_raw: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = Workspace(tmp_path)
    splits = SplitConfig(dev_rows=300)
    first = goodreads.ingest_goodreads(workspace, "a", **demo_raw, splits=splits)
    other = goodreads.ingest_goodreads(workspace, "a", **demo_raw, splits=SplitConfig(dev_rows=301))
    assert other.fingerprint != first.fingerprint
    read = []
    monkeypatch.setattr(
        goodreads, "connected", lambda *files, **_: read.append(files) or (_ for _ in ()).throw(DataError("read"))
    )
    again = goodreads.ingest_goodreads(workspace, "a", **demo_raw, splits=SplitConfig(dev_rows=301))
    assert (again.fingerprint, again.meta, read) == (other.fingerprint, other.meta, [])
    with pytest.raises(DataError, match="read"):
        goodreads.ingest_goodreads(workspace, "b", **demo_raw, splits=splits)


def test_a_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace, path = Workspace(tmp_path), tmp_path / "ratings.csv"
    path.write_text(RATINGS, encoding="utf-8")
    columns = table.Columns(user="user", item="item", rating="rating")
    first = table.ingest_table(workspace, "t", path, columns)
    os.utime(path, (1, 1))  # the content counts
    monkeypatch.setattr(table, "save_dataset", None)
    assert table.ingest_table(workspace, "t", path, columns).fingerprint == first.fingerprint
    monkeypatch.undo()
    path.write_text(RATINGS + "u0,i11,5\n", encoding="utf-8")
    changed = table.ingest_table(workspace, "t", path, columns)
    assert changed.meta["read"] == first.meta["read"] + 1
    (changed.path / "dataset.json").write_text("{", encoding="utf-8")  # damaged: made anew
    assert table.ingest_table(workspace, "t", path, columns).fingerprint == changed.fingerprint


def test_a_digest_tells_files_and_options_apart(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_text("a", encoding="utf-8")
    two.write_text("b", encoding="utf-8")
    digests = {made_of({"x": path}, {"n": n}) for path in (one, two, tmp_path / "missing", tmp_path) for n in (1, 2)}
    assert len(digests) == 8
    assert made_of({"x": one}, {"n": 1}) in digests

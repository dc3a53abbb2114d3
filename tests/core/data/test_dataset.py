"""Datasets on disk: round trip, fingerprint, hidden train gold, and what goes wrong."""

import json
import shutil
from collections.abc import Callable

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from weakrec_core.data.dataset import BOOK_COLUMNS, ROW_COLUMNS, SPLITS, Dataset, list_datasets, open_dataset
from weakrec_core.data.histories import Histories
from weakrec_core.data.saving import save_dataset
from weakrec_core.errors import DataError, WeakrecError
from weakrec_core.workspace import Workspace

Parts = tuple[pd.DataFrame, pd.DataFrame, Histories]
USER_IDS = np.array(["ann", "bob", "cat", "dan"], dtype=object)


def parts() -> Parts:
    """Two rows of each of four users, one user a split."""
    rows = pd.DataFrame(
        {
            "user_idx": np.repeat(np.arange(4), 2),
            "book_idx": [2, 0, 1, 2, 0, 1, 1, 0],
            "user_id": np.repeat(["ann", "bob", "cat", "dan"], 2),
            "book_id": ["b2", "b0", "b1", "b2", "b0", "b1", "b1", "b0"],
            "review_text": pd.array(["so", None, "", "é 😍", "x", None, "a\nb", "\0"], dtype="str"),
            "rating": [5.0, 2, 4, 1, 3, 5, 4, 2],
            "gold": [1, 0, 1, 0, 0, 1, 1, -1],
            "split": np.repeat(list(SPLITS), 2),
        }
    )
    books = pd.DataFrame(
        {
            "book_id": ["b0", "b1", "b2"],
            "title": ["One", "Two", ""],
            "first_author": pd.array(["a", "a", None], dtype="str"),
            "author_name": pd.array(["A. A.", None, None], dtype="str"),
            "average_rating": [4.1, np.nan, 3.0],
            "ratings_count": [100.0, 200.0, np.nan],
            "similar_books": [[1, 2], [], [0]],
        }
    )
    users, read = np.array([(u, b) for u in range(4) for b in range(3)]).T
    return rows, books, Histories.from_pairs(users, read, 4)


def save(workspace: Workspace, values: Parts, name: str = "d") -> Dataset:
    return save_dataset(workspace, name, *values, USER_IDS, {"source": "test", "seed": 3})


def test_round_trip(workspace: Workspace) -> None:
    rows, books, histories = parts()
    save(workspace, (rows, books, histories))
    dataset = open_dataset(workspace, "d")
    assert dataset.meta == {"source": "test", "seed": 3}
    assert (dataset.name, dataset.n_users, dataset.n_books) == ("d", 4, 3)
    ordered = rows.sort_values(["user_idx", "book_idx"])
    for split in SPLITS:
        part = dataset.split(split)
        want = ordered[ordered["split"] == split].reset_index(drop=True)
        assert dataset.n_rows(split) == len(part) == 2
        assert list(part.columns) == list(ROW_COLUMNS)
        for column in ("user_idx", "book_idx", "user_id", "book_id"):
            assert part[column].tolist() == want[column].tolist()
        assert part["review_text"].fillna("(none)").tolist() == want["review_text"].fillna("(none)").tolist()
        if split != "train":
            assert part["rating"].tolist() == want["rating"].tolist()
            assert dataset.gold(split).tolist() == want["gold"].tolist()
        assert part.dtypes.astype(str).to_dict() == {
            "user_idx": "int32", "book_idx": "int32", "user_id": "str", "book_id": "str", "review_text": "str",
            "rating": "float32", "gold": "int8",
        }  # fmt: skip
    assert list(dataset.books.columns) == list(BOOK_COLUMNS)
    assert dataset.books.drop(columns="similar_books").equals(books.drop(columns="similar_books"))
    assert [list(s) for s in dataset.books["similar_books"]] == [[1, 2], [], [0]]
    assert dataset.histories.indptr.tolist() == histories.indptr.tolist()
    assert dataset.histories.indices.tolist() == histories.indices.tolist()
    assert dataset.histories.indices.dtype == np.int32
    assert dataset.user_ids.tolist() == list(USER_IDS)


def test_train_gold_is_not_in_the_train_rows(workspace: Workspace) -> None:
    dataset = save(workspace, parts())
    train = pq.read_table(dataset.path / "train.parquet").to_pandas()
    assert (train["gold"] == -1).all()
    assert train["rating"].isna().all()
    assert (dataset.gold("train") == -1).all()
    assert dataset.train_gold().tolist() == [0, 1]
    others = [p for p in dataset.path.iterdir() if "train" in p.name]
    assert {p.name for p in others} == {"train.parquet", "train_gold.parquet"}


def test_the_fingerprint_does_not_depend_on_name_meta_or_order(workspace: Workspace) -> None:
    rows, books, histories = parts()
    first = save(workspace, (rows, books, histories)).fingerprint
    shuffled = rows.iloc[np.random.default_rng(0).permutation(len(rows))]
    assert save_dataset(workspace, "other", shuffled, books, histories, USER_IDS, {}).fingerprint == first
    assert open_dataset(workspace, "other").fingerprint == first


def _set(frame: int, column: str, at: int, value: object) -> Callable[[Parts], Parts]:
    def change(values: Parts) -> Parts:
        values[frame].at[at, column] = value  # type: ignore[index]
        return values

    return change


CHANGES: dict[str, Callable[[Parts], Parts]] = {
    "text": _set(0, "review_text", 3, "é 😐"),
    "no text": _set(0, "review_text", 3, None),
    "empty text": _set(0, "review_text", 1, ""),
    "gold": _set(0, "gold", 7, 0),
    "train gold": _set(0, "gold", 0, 0),
    "rating": _set(0, "rating", 4, 2.0),
    "user id": _set(0, "user_id", 4, "cap"),
    "split": lambda p: (p[0].assign(split=np.repeat(["dev", "train", "valid", "test"], 2)), p[1], p[2]),
    "fewer rows": lambda p: (p[0].iloc[:-1], p[1], p[2]),
    "title": _set(1, "title", 2, "Three"),
    "author": _set(1, "first_author", 2, "a"),
    "average": _set(1, "average_rating", 1, 4.0),
    "similar": _set(1, "similar_books", 1, [0]),
    "history": lambda p: (p[0], p[1], Histories.from_pairs(np.array([0, 1]), np.array([1, 1]), 4)),
    "owner of a history": lambda p: (p[0], p[1], Histories.from_pairs(np.array([0, 2]), np.array([1, 1]), 4)),
}


def test_the_fingerprint_depends_on_all_content(workspace: Workspace) -> None:
    found = {"as it is": save(workspace, parts()).fingerprint}
    found |= {what: save(workspace, change(parts())).fingerprint for what, change in CHANGES.items()}
    assert len(set(found.values())) == len(found), found


def test_a_dataset_is_replaced_only_when_the_new_one_is_whole(workspace: Workspace) -> None:
    first = save(workspace, parts())
    rows, books, histories = parts()
    with pytest.raises(KeyError):
        save(workspace, (rows, books.drop(columns="title"), histories))
    again = open_dataset(workspace, "d")
    assert again.fingerprint == first.fingerprint
    assert len(again.split("dev")) == 2
    rows["review_text"] = pd.array(["new"] * 8, dtype="str")
    save(workspace, (rows, books, histories))
    assert open_dataset(workspace, "d").split("dev")["review_text"].tolist() == ["new", "new"]
    assert len(first.split("dev")) == 2


def test_names(workspace: Workspace) -> None:
    assert list_datasets(workspace) == []
    with pytest.raises(DataError, match=r"no dataset 'd' in .*; there are: none yet"):
        open_dataset(workspace, "d")
    for name in ("b", "a"):
        save(workspace, parts(), name)
    (workspace.root / "datasets" / ".c.1.tmp").mkdir()
    assert list_datasets(workspace) == ["a", "b"]
    with pytest.raises(DataError, match=r"no dataset 'd' in .*; there are: a, b"):
        open_dataset(workspace, "d")
    for name in ("../a", "", "a/b", ".a", "a b", "x" * 65):
        with pytest.raises(WeakrecError, match=r"Dataset name .* is not usable"):
            open_dataset(workspace, name)
        with pytest.raises(WeakrecError, match=r"Dataset name .* is not usable"):
            save(workspace, parts(), name)


def test_unknown_split(workspace: Workspace) -> None:
    dataset = save(workspace, parts())
    for read in (dataset.split, dataset.n_rows, dataset.gold):
        with pytest.raises(DataError, match="no split 'holdout'; the splits are train, dev, valid, test"):
            read("holdout")


def test_damaged_files(workspace: Workspace) -> None:
    dataset = save(workspace, parts())
    (dataset.path / "dev.parquet").write_bytes(b"PAR1 no more")
    (dataset.path / "users.parquet").unlink()
    (dataset.path / "books.parquet").write_bytes(b"")
    for read in (
        lambda: dataset.split("dev"),
        lambda: dataset.histories,
        lambda: dataset.user_ids,
        lambda: dataset.books,
    ):
        with pytest.raises(DataError, match=r"\.parquet cannot be read \(\w+\); ingest the data again"):
            read()
    info = dataset.path / "dataset.json"
    value = json.loads(info.read_text())
    info.write_text(json.dumps(value | {"format": 99}))
    with pytest.raises(DataError, match=r"dataset\.json has format 99; this version reads 1"):
        open_dataset(workspace, "d")
    with pytest.raises(DataError, match="a newer version of the workbench has written it"):
        open_dataset(workspace, "d")
    shapes = (
        [],
        5,
        None,
        {},
        {"format": {}},
        value | {"rows": []},
        value | {"rows": {"dev": 1}},
        value | {"n_users": -1},
    )
    shapes += (value | {"fingerprint": "../.."}, value | {"meta": []}, value | {"meta": {"noun": 5}})
    for shape in shapes:
        info.write_text(json.dumps(shape))
        with pytest.raises(DataError, match=r"dataset\.json(, field [\w.]+, is damaged| has format)"):
            open_dataset(workspace, "d")
    for content in (b"{", b"\xff", b"[" * 10_000):
        info.write_bytes(content)
        with pytest.raises(DataError, match=r"dataset\.json is not valid JSON"):
            open_dataset(workspace, "d")
    info.unlink()
    with pytest.raises(DataError, match=r"dataset\.json is missing; ingest the data again"):
        open_dataset(workspace, "d")
    shutil.rmtree(dataset.path)
    with pytest.raises(DataError, match=r"-[0-9a-f]{8} is missing; ingest the data again"):
        open_dataset(workspace, "d")
    for content in (b"{", b"[]", b"{}"):
        (dataset.path.parent / "current.json").write_bytes(content)
        with pytest.raises(DataError, match=r"current\.json does not name a directory; ingest the data again"):
            open_dataset(workspace, "d")
    assert save(workspace, parts()).fingerprint == dataset.fingerprint
    assert len(open_dataset(workspace, "d").split("dev")) == 2


def test_a_column_is_read_without_the_others(workspace: Workspace) -> None:
    save(workspace, parts())
    dataset, whole = open_dataset(workspace, "d"), open_dataset(workspace, "d")
    for split in SPLITS:
        for name in ROW_COLUMNS:
            pd.testing.assert_series_equal(dataset.column(split, name), whole.split(split)[name])
    assert dataset.column("train", "user_idx") is dataset.column("train", "user_idx")
    with pytest.raises(DataError, match="no split 'dvelopment'"):
        dataset.column("dvelopment", "user_idx")


def test_each_part_is_read_once(workspace: Workspace) -> None:
    dataset = save(workspace, parts())
    assert dataset.split("dev") is dataset.split("dev")
    assert dataset.books is dataset.books
    assert dataset.histories is dataset.histories
    assert "2 train, 2 dev, 2 valid, 2 test; 4 users, 3 books" in repr(dataset)

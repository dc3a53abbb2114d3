"""Votes computed elsewhere, attached to a dataset."""

import gzip
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from weakrec_core.data.attached import attach_columns, attached_columns, attached_votes
from weakrec_core.data.dataset import SPLITS, open_dataset
from weakrec_core.errors import DataError, WeakrecError
from weakrec_core.workspace import Workspace

TEXTS = ["a", "b", "c"]


def frame(**columns: list[Any]) -> pd.DataFrame:
    """Votes on dev2, dev0, train1, and a row that the dataset does not have."""
    ids = {"user_id": ["dev2", "dev0", "train1", "nobody"], "book_id": ["b2", "b0", "b1", "b0"]}
    return pd.DataFrame(ids | columns)


def write(votes: pd.DataFrame, path: Path) -> Path:
    votes.to_csv(path, index=False) if ".csv" in path.name else votes.to_parquet(path, index=False)
    return path


@pytest.mark.parametrize("name", ["votes.parquet", "votes.csv", "votes.csv.gz"])
def test_every_row_gets_its_vote_and_the_others_abstain(
    make_dataset: Any, tmp_path: Path, name: str, workspace: Workspace
) -> None:
    dataset = make_dataset(TEXTS)
    path = write(frame(llm=[1, 0, 1, 0], crowd=[-1, 1, -1, 1]), tmp_path / name)
    assert attach_columns(dataset, path) == {"llm": 3, "crowd": 1}
    assert attached_columns(open_dataset(workspace, "tiny")) == ["crowd", "llm"]
    assert attached_votes(dataset, "llm", "dev").tolist() == [0, -1, 1]
    assert attached_votes(dataset, "llm", "train").tolist() == [-1, 1, -1]
    assert attached_votes(dataset, "crowd", "dev").tolist() == [1, -1, -1]
    for split in SPLITS:
        assert attached_votes(dataset, "llm", split).dtype == np.int8
        assert len(attached_votes(dataset, "llm", split)) == 3
    assert attached_votes(dataset, "llm", "test").tolist() == [-1] * 3


def test_what_label_writes_can_be_attached(make_dataset: Any, cli: Any, tmp_path: Path) -> None:
    dataset = make_dataset(["good", "bad", None])
    lfs = tmp_path / "lfs.yaml"
    lfs.write_text(
        "name: s\nlfs:\n- {kind: keyword, name: word, groups: [{label: POSITIVE, keywords: [good]}]}\n",
        encoding="utf-8",
    )
    assert cli("label", "--dataset", "tiny", "--lfs", lfs, "--out", tmp_path / "votes.parquet").status == 0
    assert attach_columns(dataset, tmp_path / "votes.parquet") == {"word": 1}
    assert attached_votes(dataset, "word", "dev").tolist() == [1, -1, -1]


@pytest.mark.parametrize("name", ["votes.parquet", "votes.csv"])
def test_ids_are_texts(make_dataset: Any, tmp_path: Path, name: str, workspace: Workspace) -> None:
    """Ids like 007 and 1e5 look like numbers and are none; numbers in Parquet are ids, too."""
    dataset = make_dataset(TEXTS)
    dev = pd.read_parquet(dataset.path / "dev.parquet")
    dev.assign(user_id=["007", "1e5", "12"], book_id=["01", "1", "2"]).to_parquet(dataset.path / "dev.parquet")
    dataset = open_dataset(workspace, "tiny")
    ids = {"user_id": ["007", "1e5", "12"], "book_id": ["01", "1", "2"]}
    attach_columns(dataset, write(pd.DataFrame(ids | {"v": [1, 0, 1]}), tmp_path / name))
    assert attached_votes(dataset, "v", "dev").tolist() == [1, 0, 1]
    numbers = pd.DataFrame({"user_id": [12], "book_id": [2], "w": [0]})
    attach_columns(dataset, write(numbers, tmp_path / f"more_{name}"))
    assert attached_votes(dataset, "w", "dev").tolist() == [-1, -1, 0]


@pytest.mark.parametrize(
    ("votes", "problem"),
    [
        (frame(v=[1, 0, 2, 0]), "Row 3 of {path}, column v: .*2.* is not 1, 0 or -1"),
        (frame(v=[1, None, 1, 0]), "Row 2 of {path}, column v: .*nan.* is not 1, 0 or -1"),
        (frame(v=[1, 0.5, 1, 0]), "Row 2 of {path}, column v: .*0.5.* is not 1, 0 or -1"),
        (frame(v=["1", "x", "1", "0"]), "column v: .* is not 1, 0 or -1"),
        (frame(), "no column of votes"),
        (frame(v=[1, 0, 1, 0]).drop(columns="user_id"), "needs the columns user_id and book_id; it has book_id, v"),
        (frame(v=[1, 0, 1, 0]).iloc[[0, 1, 0]], "more than one row of user dev2 and book b2"),
        (frame(**{"a/b": [1, 0, 1, 0]}), "Column name 'a/b' is not usable"),
    ],
)
@pytest.mark.parametrize("name", ["votes.parquet", "votes.csv"])
def test_bad_votes_name_the_row_and_nothing_is_attached(
    make_dataset: Any, tmp_path: Path, votes: pd.DataFrame, problem: str, name: str
) -> None:
    dataset = make_dataset(TEXTS)
    path = write(votes.assign(fine=1) if len(votes.columns) > 2 else votes, tmp_path / name)
    with pytest.raises(WeakrecError, match=problem.format(path=path)):
        attach_columns(dataset, path)
    assert attached_columns(dataset) == []


def test_votes_once_attached_do_not_change(make_dataset: Any, tmp_path: Path) -> None:
    dataset = make_dataset(TEXTS)
    attach_columns(dataset, write(frame(llm=[1, 0, 1, 0]), tmp_path / "votes.parquet"))
    again = write(frame(new=[1, 1, 1, 1], llm=[0, 0, 0, 0]), tmp_path / "again.parquet")
    with pytest.raises(DataError, match="Dataset 'tiny' has a column 'llm' already; attach it under another name"):
        attach_columns(dataset, again)
    assert attached_columns(dataset) == ["llm"]
    assert attached_votes(dataset, "llm", "dev").tolist() == [0, -1, 1]


def test_votes_that_are_there_already_are_no_obstacle(make_dataset: Any, tmp_path: Path) -> None:
    """As after a process was killed between two columns: the same file again attaches the rest."""
    dataset = make_dataset(TEXTS)
    attach_columns(dataset, write(frame(llm=[1, 0, 1, 0]), tmp_path / "first.parquet"))
    both = frame(llm=[1, 0, 1, 0], crowd=[1, 1, -1, 1])
    found = attach_columns(dataset, write(both.iloc[::-1], tmp_path / "votes.csv"))
    assert found == attach_columns(dataset, write(both, tmp_path / "votes.parquet"))
    assert attached_columns(dataset) == ["crowd", "llm"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("absent.parquet", None),
        ("absent.csv", None),
        ("x.parquet", b"no parquet"),
        ("x.csv", b""),
        ("x.csv", b"user_id,book_id,v\na,b,1\na,b,1,5,6\n"),
        ("x.csv", b"user_id,book_id,v\n\xff\xfe,b,1\n"),
        ("x.csv.gz", b"not gzip"),
        ("x.csv.gz", gzip.compress(b"user_id,book_id,v\na,b,1\n" * 99, mtime=0)[:40]),
        ("x.xlsx", b"PK"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_in_one_line(
    make_dataset: Any, tmp_path: Path, name: str, content: bytes | None
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        attach_columns(make_dataset(TEXTS), path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_one_that_is_not_attached(make_dataset: Any, tmp_path: Path) -> None:
    dataset = make_dataset(TEXTS)
    assert attached_columns(dataset) == []
    attach_columns(dataset, write(frame(a=[1, 0, 1, 0], b=[1, 0, 1, 0]), tmp_path / "votes.parquet"))
    with pytest.raises(DataError, match="Dataset 'tiny' has no column 'c'; attached are: a, b"):
        attached_votes(dataset, "c", "dev")
    for name in ("../columns/a", ""):
        with pytest.raises(DataError, match="has no column"):
            attached_votes(dataset, name, "dev")

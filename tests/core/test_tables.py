"""CSV that a spreadsheet opens without taking a text for a formula, and that reads back as it was."""

import io
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from weakrec_core.data.attached import attach_columns
from weakrec_core.errors import WeakrecError
from weakrec_core.tables import cells_as_text, cells_as_written, csv_text, write_pieces, write_table


def test_formulas_become_texts_and_numbers_stay() -> None:
    texts = ["=1+1", "+cmd|x", "-- great", "@me", "\tx", "\rx", "'=1", "-5", "+3.5e2", "fine", "'tis", None]
    table = pd.DataFrame({"=head": texts, "number": -1.5, "whole": -1})
    done = cells_as_text(table)
    assert list(done) == ["'=head", "number", "whole"]
    assert done["'=head"].iloc[:8].tolist() == [
        "'=1+1", "'+cmd|x", "'-- great", "'@me", "'\tx", "'\rx", "''=1", "-5",
    ]  # fmt: skip
    assert done["'=head"].iloc[8:11].tolist() == ["+3.5e2", "fine", "'tis"] and pd.isna(done["'=head"].iloc[11])
    assert done[["number", "whole"]].equals(table[["number", "whole"]])
    assert "'=1+1,-1.5,-1" in csv_text(table)


@given(st.lists(st.text(st.sampled_from("=+-@\t'a5."), max_size=4)))
def test_it_is_taken_away_exactly(texts: list[str]) -> None:
    table = pd.DataFrame({"text": pd.array(texts, "str")})
    assert cells_as_written(cells_as_text(table)).equals(table)


@pytest.mark.parametrize("name", ["t.csv", "t.csv.gz", "t.parquet"])
def test_the_suffix_says_the_format(tmp_path: Path, name: str) -> None:
    table = pd.DataFrame({"text": ["=a", "b"], "n": [1, 2]})
    write_table(table, tmp_path / name)
    read = pd.read_parquet(tmp_path / name) if name.endswith("parquet") else pd.read_csv(tmp_path / name)
    assert cells_as_written(read).equals(table)
    whole = read
    write_pieces((table[i : i + 1] for i in range(2)), tmp_path / name)
    read = pd.read_parquet(tmp_path / name) if name.endswith("parquet") else pd.read_csv(tmp_path / name)
    assert read.equals(whole)


def test_another_suffix_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WeakrecError, match=r"t\.xlsx names no format"):
        write_table(pd.DataFrame({"a": [1]}), tmp_path / "t.xlsx")
    assert not list(tmp_path.iterdir())


def test_ids_that_look_like_formulas_are_attached_again(make_dataset, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    dataset = make_dataset(["a", "b"])
    votes = pd.DataFrame({"user_id": ["dev0", "@dev1"], "book_id": ["b0", "b1"], "v": [1, 0]})
    write_table(votes, tmp_path / "votes.csv")
    assert pd.read_csv(io.StringIO((tmp_path / "votes.csv").read_text()))["user_id"].tolist() == ["dev0", "'@dev1"]
    assert attach_columns(dataset, tmp_path / "votes.csv") == {"v": 1}
    assert pd.read_parquet(dataset.columns_path / "v.parquet")["user_id"].tolist() == ["@dev1", "dev0"]

"""Stars and notes: kept, replaced, removed, exported."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from weakrec_core.data.notes import export_notes, read_notes, remove_note, starred_rows, write_note
from weakrec_core.errors import DataError

TEXTS = ["good", "bad", None]


def test_a_note_is_kept_with_the_dataset_and_survives_a_new_ingest(make_dataset: Any) -> None:
    write_note(make_dataset(TEXTS), "dev1", "b1", "ironic, really")
    write_note(make_dataset(TEXTS, name="other"), "dev0", "b0", "")
    again = make_dataset(TEXTS)
    assert starred_rows(again, "dev") == {1: "ironic, really"}
    assert starred_rows(again, "test") == {}


def test_a_note_is_replaced_and_removed(make_dataset: Any) -> None:
    dataset = make_dataset(TEXTS)
    write_note(dataset, "dev1", "b1", "first")
    write_note(dataset, "dev1", "b1", "second")
    assert read_notes(dataset)["note"].tolist() == ["second"]
    remove_note(dataset, "dev1", "b1")
    remove_note(dataset, "dev1", "b1")
    assert read_notes(dataset).empty and starred_rows(dataset, "dev") == {}


def test_the_export_says_what_a_note_is_on(make_dataset: Any) -> None:
    dataset = make_dataset(TEXTS)
    write_note(dataset, "dev0", "b0", "ünïcode, with “quotes”")
    write_note(dataset, "gone", "b1", "of a row that is not there any more")
    table = export_notes(dataset).set_index("user_id")
    assert table.loc["dev0", ["title", "split", "gold", "review_text", "note"]].tolist() == [
        "Title 0",
        "dev",
        "NEGATIVE",
        "good",
        "ünïcode, with “quotes”",
    ]
    assert table.loc["gone", "title"] == "Title 1" and table.loc["gone"].isna()["split"]
    remove_note(dataset, "dev0", "b0")
    remove_note(dataset, "gone", "b1")
    assert export_notes(dataset).empty


def test_ids_may_be_anything(make_dataset: Any) -> None:
    dataset = make_dataset(TEXTS)
    write_note(dataset, "../../etc", "a/b", "x")
    assert read_notes(dataset)["user_id"].tolist() == ["../../etc"]


def test_a_note_that_is_too_long_is_refused(make_dataset: Any) -> None:
    with pytest.raises(DataError, match="at most 2,000 characters"):
        write_note(make_dataset(TEXTS), "dev0", "b0", "x" * 2001)


def test_the_command_writes_csv(make_dataset: Any, cli: Any, tmp_path: Path) -> None:
    write_note(make_dataset(TEXTS), "dev0", "b0", "a, b")
    done = cli("notes", "--dataset", "tiny", "--out", tmp_path / "notes.csv")
    assert done.status == 0 and done.out.endswith("1 rows\n")
    assert pd.read_csv(tmp_path / "notes.csv")["note"].tolist() == ["a, b"]

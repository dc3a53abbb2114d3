"""A split by time: the last rows of each user are held out, and histories end before them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from weakrec_core.data.dataset import Dataset, open_dataset
from weakrec_core.data.ingest.table import Columns, TableConfig, ingest_table, preview_table
from weakrec_core.data.splits import SplitConfig
from weakrec_core.data.training_rows import NO_ROWS, TrainingRows, gold_rows
from weakrec_core.errors import DataError
from weakrec_core.evaluation.ranking import RankingTask
from weakrec_core.evaluation.rating_metrics import tutorial_examples
from weakrec_core.network.presets.recommended import _Hidden
from weakrec_core.rating.averages import LabelAverages
from weakrec_core.signals import SignalStore
from weakrec_core.workspace import Workspace

COLUMNS = Columns(user="user", item="item", rating="stars", creator="maker", title="item", time="when")
SPLIT = SplitConfig(by="time", dev_rows=2)
# Three users with eight rated rows each, in an order of their own; a, b are the last two; c ties with b and stands before it.
TIMES = {"d": 1, "e": 2, "f": 3, "g": 4, "h": 5, "c": 8, "b": 8, "a": 9}
BEFORE = ["late", "f", "c", "e", "a", "h", "b", "d", "g", "unrated"]


def table() -> pd.DataFrame:
    """Beside the rated rows an unrated one of before, one of after, and a user with a single row."""
    times = TIMES | {"late": 10, "unrated": 6}
    rows = [
        (f"u{u}", item, "" if item in ("late", "unrated") else 5 if item in "aceg" else 1, times[item])
        for u in range(3)
        for item in BEFORE
    ]
    frame = pd.DataFrame([*rows, ("single", "a", 5, 20)], columns=["user", "item", "stars", "when"])
    return frame.assign(maker=["m1" if item in "abcd" else "m2" for item in frame["item"]])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    table().to_csv(tmp_path / "r.csv", index=False)
    return tmp_path / "r.csv"


@pytest.fixture
def dataset(workspace: Workspace, file: Path) -> Dataset:
    ingest_table(workspace, "timed", file, COLUMNS, splits=SPLIT)
    return open_dataset(workspace, "timed")


def items(dataset: Dataset, split: str) -> dict[str, list[str]]:
    return dataset.split(split).groupby("user_id")["book_id"].agg(sorted).to_dict()


def test_nothing_of_after_the_cut_is_in_a_history_or_in_train(dataset: Dataset) -> None:
    held = [items(dataset, split) for split in ("dev", "valid", "test")]
    assert sorted(list(part.values()) for part in held) == [[["a", "b"]]] * 3
    assert set().union(*held) == {"u0", "u1", "u2"}
    of_user = ["c", "d", "e", "f", "g", "h"]
    assert items(dataset, "train") == {"single": ["a"]} | {f"u{u}": of_user for u in range(3)}
    histories = {
        user: sorted(dataset.books["book_id"].iloc[dataset.histories.of(i)]) for i, user in enumerate(dataset.user_ids)
    }
    assert histories == {"single": ["a"]} | {f"u{u}": [*of_user, "unrated"] for u in range(3)}
    assert dataset.meta["counts"]["not_rated_after_the_held_out_began"] == 3
    assert dataset.by_time


def test_what_is_measured_is_what_came_later(dataset: Dataset) -> None:
    rows = gold_rows(dataset, "test")
    task = RankingTask.make(dataset)
    liked = rows.book_idx[rows.p_positive == 1]
    assert task.held.of(0).tolist() == liked.tolist() and len(liked) == 1
    assert task.histories.of(0).tolist() == dataset.histories.of(int(rows.user_idx[0])).tolist()
    users, books, label = tutorial_examples(dataset, rows, 0)
    assert set(books[len(rows) :]).isdisjoint(rows.book_idx) and len(books) > len(rows)
    assert not dataset.histories.contains(users, books).any() and label[len(rows) :].sum() == 0
    hidden = _Hidden.of(dataset, 0)
    valid = dataset.split("valid")
    assert hidden.books.of(0).tolist() == sorted(valid["book_idx"])
    assert hidden.left.of(0).tolist() == dataset.histories.of(valid["user_idx"].iloc[0]).tolist()


def test_signals_leave_the_row_out_where_it_is_in_the_history_and_count_it_where_it_is_not(dataset: Dataset) -> None:
    signals = SignalStore(dataset)
    for split in ("train", "test"):
        of = dict(zip(dataset.split(split)["book_id"], signals.values("author_books", split), strict=True))
        with_target = signals.values("author_books_with_target", split)
        assert of["a" if split == "test" else "d"] == (2 if split == "test" else 1)  # c and d; c
        np.testing.assert_array_equal(with_target, signals.values("author_books", split) + 1)


def test_labels_of_known_users_tell_of_them_but_not_of_the_pair(dataset: Dataset) -> None:
    rows = dataset.split("train")
    own = TrainingRows(rows["user_idx"].to_numpy(), rows["book_idx"].to_numpy(), np.full(len(rows), 0.9, np.float32))
    own.p_positive[::3] = 0.1
    averages = LabelAverages.of(own, np.ones(dataset.n_books, np.int32))
    test = gold_rows(dataset, "test")
    told = averages.features(dataset.histories, test.user_idx, test.book_idx, None)
    same = averages.features(dataset.histories, test.user_idx, test.book_idx, own, known_users=True)
    np.testing.assert_array_equal(told, same)
    assert not np.array_equal(told, averages.features(dataset.histories, test.user_idx, test.book_idx, own))
    pair = averages.features(dataset.histories, own.user_idx, own.book_idx, own, known_users=True)
    everything = averages.features(dataset.histories, own.user_idx, own.book_idx, NO_ROWS)
    assert (pair[:, 0] != everything[:, 0]).any() and np.array_equal(pair[:, 1], everything[:, 1])


@pytest.mark.parametrize(
    "written",
    [
        lambda t: f"2024-01-{t:02} 10:00:00",
        lambda t: f"2024-01-{t:02}T10:00:00+02:00",
        lambda t: str(1_700_000_000 + t),
        lambda t: f"{t + 3:02}.01.2024",
        lambda t: f"01/{t + 3:02}/2024 10:00",
        lambda t: f"Jan {t + 3}, 2024",
        lambda t: f"Sun Jan {t + 3:02} 07:44:10 -0700 2024",
    ],
)
def test_times_as_people_write_them(
    written: Callable[[int], str], dataset: Dataset, file: Path, workspace: Workspace
) -> None:
    table().assign(when=lambda frame: frame["when"].map(written)).to_csv(file, index=False)
    assert ingest_table(workspace, "again", file, COLUMNS, splits=SPLIT).fingerprint == dataset.fingerprint


@pytest.mark.parametrize(
    ("when", "splits", "said"),
    [
        (lambda t: "soon", SPLIT, "Column 'when' of .* has no time that can be read"),
        (lambda t: f"{t % 12 + 1:02}/03/2024", SPLIT, "whether the day or the month comes first"),
        (lambda t: "" if t == 9 else t, SPLIT, "has a when that is no time"),
        (lambda t: t, SPLIT.model_copy(update={"dev_rows": 6}), "too few for a split by time with 6 dev rows"),
    ],
)
def test_what_cannot_be_split(
    when: Callable[[int], Any], splits: SplitConfig, said: str, file: Path, workspace: Workspace
) -> None:
    table().assign(when=lambda frame: frame["when"].map(when)).to_csv(file, index=False)
    with pytest.raises(DataError, match=said):
        ingest_table(workspace, "bad", file, COLUMNS, splits=splits)


def test_a_line_without_a_time_is_dropped_if_it_may_be(file: Path) -> None:
    table().assign(when=lambda frame: frame["when"].replace(20, "?")).to_csv(file, index=False)
    found = preview_table(file, COLUMNS, TableConfig(skip_bad_lines=True), SPLIT)
    assert found.summary["dropped"] == {"has a when that is no time": 1} and found.read == found.kept + 1


def test_the_column_is_needed_and_unused_by_user(file: Path, cli: Any) -> None:
    with pytest.raises(DataError, match="needs a column of the time"):
        preview_table(file, COLUMNS.model_copy(update={"time": None}), splits=SPLIT)
    with pytest.raises(DataError, match="too few for a split by user"):
        preview_table(file, COLUMNS.model_copy(update={"time": "no such column"}))
    done = cli(
        *(
            "ingest",
            "table",
            file,
            "--user",
            "user",
            "--item",
            "item",
            "--rating",
            "stars",
            "--name",
            "t",
            "--time",
            "when",
        ),
        *("--split", "time", "--dev-rows", 2, "--json"),
    )
    assert done.status == 0 and done.json["rows"] == {"train": 19, "dev": 2, "valid": 2, "test": 2}

"""A sample of train: seeded, fair, and the rows of the whole."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from weakrec_core.data.dataset import Dataset
from weakrec_core.data.gold_log import GoldLine
from weakrec_core.data.train_part import n_train_reviews, n_train_users
from weakrec_core.data.train_sample import VARIABLE, TrainSample, _drawn, most_rows
from weakrec_core.errors import WeakrecError
from weakrec_core.limits import PAGE_TRAIN_ROWS


def test_its_rows_are_those_of_the_whole(demo: Dataset) -> None:
    sample = TrainSample(demo, 1_000)
    at = np.concatenate([np.arange(piece.start, piece.stop) for piece in sample.pieces])
    rows = demo.split("train").iloc[at].reset_index(drop=True)
    pd.testing.assert_series_equal(sample.column("train", "user_idx"), rows["user_idx"])
    pd.testing.assert_frame_equal(sample.split("train"), rows)
    assert sample.n_rows("train") == len(rows) == pytest.approx(1_000, abs=60)
    assert sample.share == len(rows) / demo.n_rows("train")
    np.testing.assert_array_equal(sample.train_gold(), demo.train_gold()[at])
    assert at[sample.block_starts].tolist() == [piece.start for piece in sample.pieces]
    assert sample.split("dev") is demo.split("dev") and sample.fingerprint == demo.fingerprint


def test_gold_by_hand_is_gold_of_the_sample(demo: Dataset) -> None:
    sample = TrainSample(demo, 500)
    train, first = sample.split("train"), demo.split("dev").iloc[0]
    said = GoldLine(
        user_id=first["user_id"],
        book_id=first["book_id"],
        before=first["gold"],
        gold=1 - first["gold"],
        author="a",
        at="2026-01-01T00:00:00Z",
    )
    labeled = sample.with_gold_log((said,))
    assert labeled.split("train") is train
    assert labeled.gold("dev")[0] == 1 - first["gold"] and sample.gold("dev")[0] == first["gold"]
    assert labeled.fingerprint == demo.with_gold_log((said,)).fingerprint != sample.fingerprint
    assert (sample.with_dev_gold(np.zeros(sample.n_rows("dev"), bool)).gold("dev") == -1).all()


@given(st.integers(1, 3_000), st.integers(1, 300))
def test_blocks_are_spread_over_all_rows(n: int, n_rows: int) -> None:
    blocks = _drawn(n, min(n_rows, n))
    assert blocks[0].start >= 0 and blocks[-1].stop <= n
    assert all(one.stop <= other.start for one, other in pairwise(blocks))
    assert all(block.start < block.stop for block in blocks)
    assert sum(block.stop - block.start for block in blocks) <= n_rows


def test_users_and_reviews_are_counted_without_reading_all(demo: Dataset) -> None:
    rows = demo.split("train")
    assert n_train_users(demo) == rows["user_idx"].nunique()
    assert n_train_reviews(demo) == rows["review_text"].notna().sum()


def test_how_many_rows_pages_read_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert most_rows() == PAGE_TRAIN_ROWS
    monkeypatch.setenv(VARIABLE, "20_000_000")
    assert most_rows() == 20_000_000
    monkeypatch.setenv(VARIABLE, "-1")
    with pytest.raises(WeakrecError, match="WEAKREC_PAGE_ROWS is '-1', not a number of rows"):
        most_rows()

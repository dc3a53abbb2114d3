"""Vote rates on dev and train, users as the units."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from weakrec_core.labeling.apply import Applier
from weakrec_core.labeling.drift import drift_table
from weakrec_core.labeling.lf_set import LFSet
from weakrec_core.labeling.vote_rates import Rate, vote_rate, vote_sums


def rate(votes: Any, users: Any) -> Rate:
    return vote_rate(vote_sums(votes, users))


def keywords(*words: str) -> LFSet:
    group = {"label": "POSITIVE"}
    lfs = [{"kind": "keyword", "name": w, "groups": [group | {"keywords": [w]}]} for w in words]
    return LFSet.model_validate({"name": "s", "lfs": lfs})


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(-1, 1)), min_size=1, max_size=40))
def test_the_rate_and_its_error_are_those_of_users(rows: list[tuple[int, int]]) -> None:
    """The error of a ratio: votes of a user beyond what its number of rows lets expect, squared and summed."""
    rows = sorted(rows)
    users, votes = (np.array(column) for column in zip(*rows, strict=True))
    share, error = rate(votes.astype(np.int8), users)
    assert share == pytest.approx((votes != -1).mean())
    beyond = [((votes[users == u] != -1) - share).sum() for u in set(users.tolist())]
    assert error == pytest.approx(np.sqrt(np.square(beyond).sum()) / len(rows))
    at = np.searchsorted(users, 3)  # parts with different users
    parts = [vote_sums(votes[part].astype(np.int8), users[part]) for part in (slice(at), slice(at, None))]
    assert vote_rate(parts[0] + parts[1]) == (share, error)


def test_rows_of_a_user_that_vote_alike_say_less() -> None:
    votes = np.tile([1, -1], 100).astype(np.int8)
    of_rows = rate(votes, np.arange(200))
    assert of_rows.share == 0.5
    assert of_rows.error == pytest.approx(np.sqrt(0.25 / 200))
    alike = rate(np.repeat([1, -1], 100).astype(np.int8), np.repeat(np.arange(20), 10))
    assert alike.error == pytest.approx(np.sqrt(0.25 / 20))
    assert rate(votes, np.repeat(np.arange(20), 10)).error == 0  # each user votes on half of its rows


def test_the_error_is_that_of_drawing_users() -> None:
    rng = np.random.default_rng(0)
    shares = []
    for _ in range(2000):
        users = np.repeat(np.arange(30), rng.integers(1, 12, 30))
        of_user = rng.beta(1, 2, 30)
        votes = np.where(rng.random(len(users)) < of_user[users], 1, -1).astype(np.int8)
        shares.append(rate(votes, users))
    assert np.mean([r.error for r in shares]) == pytest.approx(np.std([r.share for r in shares]), rel=0.06)


def test_no_rows() -> None:
    assert rate(np.zeros(0, np.int8), np.zeros(0, np.int64)) == (0, 0)


def test_drift_is_much_and_more_than_chance(make_dataset: Any) -> None:
    """The splits have the same rows; dev's are then replaced so that "more" and "less" have other rates."""
    texts = ["same more"] * 40 + ["same"] * 60 + [""] * 100
    dataset = make_dataset(texts)
    dev = dataset.split("dev")
    dev["review_text"] = ["same more less"] * 80 + ["same"] * 20 + [""] * 100
    table = drift_table(Applier(dataset).of(keywords("same", "more", "less", "absent"))).set_index("name")
    assert table.index.tolist() == ["same", "more", "less", "absent"]
    assert table["dev"].tolist() == [0.5, 0.4, 0.4, 0]
    assert table["train"].tolist() == [0.5, 0.2, 0, 0]
    assert table["drifts"].tolist() == [False, True, True, False]


@pytest.mark.parametrize(
    ("n", "of_dev", "drifts"),
    [
        (200, 60, False),  # 30 % and 20 %: more than a quarter apart, and within chance
        (2000, 600, True),
        (8000, 1900, False),  # 23.75 % and 20 %: beyond chance, and not by a quarter
        (8000, 2200, True),
    ],
)
def test_small_differences_and_chance_are_no_drift(make_dataset: Any, n: int, of_dev: int, drifts: bool) -> None:
    dataset = make_dataset(["word"] * (n // 5) + [""] * (n - n // 5))
    dataset.split("dev")["review_text"] = ["word"] * of_dev + [""] * (n - of_dev)
    assert drift_table(Applier(dataset).of(keywords("word")))["drifts"].tolist() == [drifts]


def test_users_who_vote_alike_make_a_difference_chance(make_dataset: Any) -> None:
    dataset = make_dataset(["word"] * 400 + [""] * 1600)
    dataset.split("dev")["review_text"] = ["word"] * 600 + [""] * 1400
    assert drift_table(Applier(dataset).of(keywords("word")))["drifts"].tolist() == [True]
    for split in ("dev", "train"):  # a hundred rows a user, all alike
        frame = dataset.split(split)
        frame["user_idx"] = (frame["user_idx"].min() + np.arange(2000) // 100).astype(np.int32)
    assert drift_table(Applier(dataset).of(keywords("word")))["drifts"].tolist() == [False]


def test_an_edit_recomputes_one_rate(make_dataset: Any) -> None:
    applier = Applier(make_dataset(["one two", "two", "three"]))
    drift_table(applier.of(keywords("one", "two")))
    done = applier.applications
    drift_table(applier.of(keywords("one", "three")))
    assert applier.applications == done + 2  # on dev and on train
    assert drift_table(applier.of(keywords())).columns.tolist() == ["name", "dev", "train", "drifts"]

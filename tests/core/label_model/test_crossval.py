"""Cross-validation over users, on patterns."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from weakrec_core.label_model.calibrated import fit_calibrated
from weakrec_core.label_model.crossval import cross_validate, fold_dev, held_out_metrics
from weakrec_core.label_model.majority import MajorityModel
from weakrec_core.labeling.vote_patterns import group_votes
from weakrec_core.stats.folds import user_folds

Rows = tuple[NDArray[np.int8], NDArray[np.int8], NDArray[np.int64]]


def dev_rows(m: int = 3) -> st.SearchStrategy[Rows]:
    """Votes, gold (some not known) and folds of a few rows."""
    return st.integers(1, 25).flatmap(
        lambda n: st.tuples(
            hnp.arrays(np.int8, (n, m), elements=st.integers(-1, 1)),
            hnp.arrays(np.int8, n, elements=st.integers(-1, 1)),
            hnp.arrays(np.int64, n, elements=st.integers(0, 3)),
        )
    )


@given(st.lists(st.integers(0, 40), min_size=1, max_size=80), st.integers(0, 5))
def test_folds_are_of_whole_users_and_of_equal_size(users: list[int], seed: int) -> None:
    user_idx = np.array(users) * 10 + 3
    folds = user_folds(user_idx, 4, seed)
    fold_of = dict(zip(user_idx.tolist(), folds.tolist(), strict=True))
    assert folds.tolist() == [fold_of[u] for u in user_idx.tolist()]
    sizes = np.bincount(list(fold_of.values()), minlength=4)
    assert sizes.max() - sizes.min() <= 1
    np.testing.assert_array_equal(folds, user_folds(user_idx, 4, seed))


def test_folds_do_not_follow_the_order_of_users() -> None:
    folds = user_folds(np.arange(1000))
    assert np.bincount(folds).tolist() == [200] * 5
    assert len(set(np.bincount(folds[:200], minlength=5))) > 1
    assert (folds != user_folds(np.arange(1000), seed=1)).any()


@given(dev_rows())
def test_gold_is_counted_by_fold_and_what_is_left_out_is_gone(data: Rows) -> None:
    L, gold, folds = data
    dev, inverse = fold_dev(L, gold, folds)
    np.testing.assert_array_equal(dev.patterns.votes[inverse], L)
    np.testing.assert_array_equal(dev.gold_by_fold.sum(axis=0), dev.patterns.gold_counts)
    for fold in range(len(dev.gold_by_fold)):
        assert set(np.flatnonzero(dev.in_fold[fold])) == set(inverse[folds == fold])
        others = folds != fold
        left = dev.without(fold)
        for label in (0, 1):
            counted = np.bincount(inverse[others & (gold == label)], minlength=len(left.votes))
            np.testing.assert_array_equal(left.gold_counts[:, label], counted)


@settings(max_examples=40)
@given(dev_rows())
def test_cross_validation_is_that_of_rows(data: Rows) -> None:
    """Fit to the rows of the other folds, predict the rows of this one."""
    L, gold, folds = data
    for fold in range(folds.max() + 1):  # so that every fit has gold
        gold[np.flatnonzero(folds != fold)[:1]] = 1
    if len(set(folds.tolist())) == 1:
        return
    dev, inverse = fold_dev(L, gold, folds)
    names = ["a", "b", "c"]
    p = cross_validate(lambda part: fit_calibrated(part, part, names), dev)
    assert (np.isnan(p) == ~dev.in_fold).all()
    for fold in set(folds.tolist()):
        others, held = folds != fold, folds == fold
        rest, _ = group_votes(L[others], gold[others])
        want = fit_calibrated(rest, rest, names).predict_proba(L[held])
        np.testing.assert_allclose(p[fold, inverse[held]], want, atol=1e-6)


# Rows: votes, gold, fold. The fourth has no gold, the fifth no vote.
L = np.array([[1, -1], [1, -1], [0, 0], [1, 1], [-1, -1], [0, 0]], np.int8)
GOLD = np.array([1, 0, 0, -1, 1, 1], np.int8)
FOLDS = np.array([0, 1, 0, 1, 1, 1])


@pytest.mark.parametrize(
    ("covered_only", "want"),
    [
        # rows 1, 2, 3 and 6 with p 0.9, 0.6, 0.2, 0.3: right are 1 and 3; of the pairs (1,2) (1,3) (6,2) (6,3) one is wrong
        (True, {"n": 4, "accuracy": 2 / 4, "auc": 3 / 4, "brier": (0.01 + 0.36 + 0.04 + 0.49) / 4}),
        # and row 5 with p 0.5: half right; below row 2, above row 3
        (False, {"n": 5, "accuracy": 2.5 / 5, "auc": 4 / 6, "brier": (0.01 + 0.36 + 0.04 + 0.49 + 0.25) / 5}),
    ],
)
def test_held_out_metrics_on_a_literal_matrix(covered_only: bool, want: dict[str, float]) -> None:
    dev, inverse = fold_dev(L, GOLD, FOLDS)
    p = np.full(dev.in_fold.shape, np.nan)
    p[FOLDS, inverse] = [0.9, 0.6, 0.2, 0.99, 0.5, 0.3]
    found = held_out_metrics(p, dev, covered_only)
    assert {key: found[key] for key in want} == pytest.approx(want)
    losses = -np.log([0.9, 0.4, 0.8, 0.3] + [0.5] * (not covered_only))
    assert found["log_loss"] == pytest.approx(losses.mean())


def test_held_out_metrics_where_nothing_votes_or_nothing_is_known() -> None:
    for votes, gold in ((np.full((4, 2), -1, np.int8), GOLD[:4]), (L[:4], np.full(4, -1, np.int8))):
        dev, _ = fold_dev(votes, gold, FOLDS[:4])
        p = cross_validate(lambda part: MajorityModel(["a", "b"], 0.5), dev)
        assert held_out_metrics(p, dev, covered_only=True) == {
            "accuracy": None,
            "auc": None,
            "log_loss": None,
            "brier": None,
            "n": 0,
        }

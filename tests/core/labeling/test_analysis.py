"""The LF table is Snorkel's, plus what it leaves out."""

import json
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray
from snorkel.labeling import LFAnalysis

from weakrec_core.labeling.analysis import NO_VOTES, lf_summary, set_summary, to_records
from weakrec_core.labeling.lf_set import LFSet
from weakrec_core.labeling.vote_patterns import group_votes
from weakrec_core.stats.intervals import wilson
from weakrec_core.stats.verdicts import BETTER, SAME, WORSE

Labels = NDArray[np.int8]
SAME_COLUMNS = {
    "polarity": "Polarity",
    "coverage": "Coverage",
    "overlaps": "Overlaps",
    "conflicts": "Conflicts",
    "correct": "Correct",
    "incorrect": "Incorrect",
    "emp_acc": "Emp. Acc.",
}


def set_of(m: int) -> LFSet:
    spec = {"kind": "threshold", "signal": "polarity", "op": ">", "threshold": 0, "label": "POSITIVE"}
    return LFSet.model_validate({"name": "s", "lfs": [spec | {"name": f"lf{j}"} for j in range(m)]})


def table(L: Labels, gold: Labels) -> pd.DataFrame:
    return lf_summary(group_votes(L, gold)[0], set_of(L.shape[1]).lfs)


def snorkels(L: Labels, gold: Labels) -> pd.DataFrame:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return LFAnalysis(L.astype(int)).lf_summary(gold.astype(int)).reset_index(drop=True)


def assert_equals_snorkel(L: Labels, gold: Labels) -> None:
    ours, theirs = table(L, gold), snorkels(L, gold)
    voted = (L != -1).any(axis=0)
    for our_name, their_name in SAME_COLUMNS.items():
        if our_name == "polarity":
            assert ours[our_name].tolist() == theirs[their_name].tolist()
        elif our_name == "emp_acc":
            np.testing.assert_allclose(ours[our_name][voted], theirs[their_name][voted], rtol=0, atol=1e-12)
            assert ours[our_name][~voted].isna().all()  # Snorkel: 0.0, trap S5
        else:
            np.testing.assert_allclose(ours[our_name], theirs[their_name], rtol=0, atol=1e-12, err_msg=our_name)


@st.composite
def votes_and_gold(draw: st.DrawFn) -> tuple[Labels, Labels]:
    n, m = draw(st.integers(1, 40)), draw(st.integers(1, 6))
    votes = draw(st.sampled_from([st.integers(-1, 1), st.sampled_from([-1, -1, -1, 1]), st.sampled_from([-1, 0])]))
    return (
        draw(hnp.arrays(np.int8, (n, m), elements=votes)),
        draw(hnp.arrays(np.int8, n, elements=st.integers(0, 1))),
    )


@settings(max_examples=50)
@given(votes_and_gold())
def test_equals_lf_analysis(drawn: tuple[Labels, Labels]) -> None:
    assert_equals_snorkel(*drawn)


def test_equals_lf_analysis_on_many_rows() -> None:
    rng = np.random.default_rng(0)
    L = np.where(rng.random((20_000, 12)) < 0.1, rng.integers(0, 2, (20_000, 12)), -1).astype(np.int8)
    assert_equals_snorkel(L, rng.integers(0, 2, 20_000).astype(np.int8))


def test_s5_no_votes_is_not_an_accuracy_of_zero() -> None:
    L, gold = np.array([[-1, 1], [-1, 0], [-1, -1]], np.int8), np.array([1, 1, 0], np.int8)
    assert snorkels(L, gold)["Emp. Acc."].tolist() == [0.0, 0.5]
    silent, other = table(L, gold).to_dict("records")
    assert all(np.isnan(silent[key]) for key in ("emp_acc", "ci_low", "ci_high", "base_rate", "lift"))
    assert silent["verdict"] == NO_VOTES
    assert silent["coverage"] == silent["n"] == silent["correct"] == silent["incorrect"] == 0
    assert other["emp_acc"] == 0.5


def test_s6_rows_without_gold_are_not_errors() -> None:
    L, gold = np.array([[1], [1], [1], [0]], np.int8), np.array([1, -1, -1, -1], np.int8)
    assert snorkels(L, gold)["Emp. Acc."][0] == 0.25
    (lf,) = table(L, gold).to_dict("records")
    assert (lf["n"], lf["correct"], lf["incorrect"], lf["emp_acc"]) == (1, 1, 0, 1.0)
    assert lf["coverage"] == 1.0


@settings(max_examples=50)
@given(votes_and_gold(), st.data())
def test_s6_accuracy_is_that_of_the_rows_with_gold(drawn: tuple[Labels, Labels], data: st.DataObject) -> None:
    L, gold = drawn
    known = data.draw(hnp.arrays(bool, len(gold)))
    ours = table(L, np.where(known, gold, -1).astype(np.int8))
    if known.any():
        of_known = table(L[known], gold[known])
        columns = ["n", "correct", "incorrect", "emp_acc", "ci_low", "ci_high", "base_rate", "lift", "verdict"]
        pd.testing.assert_frame_equal(ours[columns], of_known[columns])
    shares = ["coverage", "overlaps", "conflicts"]
    pd.testing.assert_frame_equal(ours[shares], table(L, gold)[shares])


def test_base_rate_lift_and_verdict() -> None:
    """70 % POSITIVE: a POSITIVE LF has to beat 0.7, a NEGATIVE one 0.3."""
    gold = np.repeat([1, 0], [700, 300]).astype(np.int8)
    L = np.full((1000, 5), -1, np.int8)
    L[:90, 0], L[700:710, 0] = 1, 1  # 0.9 of 100
    L[:70, 1], L[700:730, 1] = 1, 1  # 0.7 of 100
    L[:40, 2], L[700:760, 2] = 1, 1  # 0.4 of 100
    L[:50, 3], L[700:750, 3] = 0, 0  # NEGATIVE, 0.5 of 100
    L[:1, 4] = 1  # one right vote says nothing
    ours = table(L, gold)
    assert ours["emp_acc"].tolist() == [0.9, 0.7, 0.4, 0.5, 1.0]
    assert ours["base_rate"].tolist() == pytest.approx([0.7, 0.7, 0.7, 0.3, 0.7])
    assert ours["lift"].tolist() == pytest.approx([0.2, 0, -0.3, 0.2, 0.3])
    assert ours["verdict"].tolist() == [BETTER, SAME, WORSE, BETTER, SAME]
    low, high = wilson(ours["correct"], ours["n"])
    assert ours["ci_low"].tolist() == low.tolist()
    assert ours["ci_high"].tolist() == high.tolist()
    both = np.where(np.arange(1000) % 2, 1, 0).astype(np.int8)[:, None]  # votes both labels evenly: 0.5 by chance
    assert table(both, gold)["base_rate"][0] == pytest.approx(0.5)


@settings(max_examples=50)
@given(votes_and_gold())
def test_the_set_as_a_whole(drawn: tuple[Labels, Labels]) -> None:
    L, gold = drawn
    ours = set_summary(group_votes(L, gold)[0])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = LFAnalysis(L.astype(int))
        want = {
            "coverage": theirs.label_coverage(),
            "overlap": theirs.label_overlap(),
            "conflict": theirs.label_conflict(),
        }
    assert ours == pytest.approx(want | {"rows": len(L)})


def test_nothing_to_analyse() -> None:
    empty = np.zeros((0, 2), np.int8)
    ours = table(empty, empty[:, 0])
    assert ours["coverage"].tolist() == [0.0, 0.0]
    assert ours["emp_acc"].isna().all()
    assert set_summary(group_votes(empty)[0]) == {"coverage": 0.0, "overlap": 0.0, "conflict": 0.0, "rows": 0}
    assert len(lf_summary(group_votes(np.zeros((5, 0), np.int8))[0], set_of(0).lfs)) == 0


def test_records_are_json() -> None:
    L, gold = np.array([[-1, 1], [-1, 0]], np.int8), np.array([1, 1], np.int8)
    records = json.loads(json.dumps(to_records(table(L, gold)), allow_nan=False))
    assert records[0]["emp_acc"] is None
    assert records[0]["polarity"] == []
    assert records[1]["polarity"] == [0, 1]
    assert isinstance(records[1]["n"], int)
    assert records[1]["emp_acc"] == 0.5

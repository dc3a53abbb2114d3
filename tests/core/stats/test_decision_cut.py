import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, f1_score, precision_score

from weakrec_core.errors import SpecError
from weakrec_core.stats.decision_cut import best_cut, decisions

SCORES = {
    "accuracy": lambda gold, said: accuracy_score(gold, said),
    "f1": lambda gold, said: f1_score(gold, said, zero_division=0),
    "f1_negative": lambda gold, said: f1_score(gold, said, pos_label=0, zero_division=0),
}


@pytest.mark.parametrize("goal", SCORES)
@given(rows=st.lists(st.tuples(st.integers(0, 1), st.sampled_from([0.1, 0.2, 0.25, 0.5, 0.7, 0.99])), min_size=1))
def test_no_other_cut_is_better(goal: str, rows: list[tuple[int, float]]) -> None:
    gold, p = (np.array(column) for column in zip(*rows, strict=True))
    score, cut = SCORES[goal], best_cut(gold, p, goal)
    assert 0 < cut < 1
    others = [score(gold, p > c) for c in (0.01, 0.15, 0.22, 0.3, 0.6, 0.8, 0.995)]
    assert score(gold, p > cut) == pytest.approx(max(others))


def test_a_wanted_precision_and_the_rows_it_keeps() -> None:
    gold, p = np.array([0, 1, 0, 1, 1]), np.array([0.1, 0.2, 0.3, 0.4, 0.5])
    cut = best_cut(gold, p, "precision=0.9")
    assert cut == pytest.approx(0.35)
    assert precision_score(gold, p > cut) == 1
    assert best_cut(gold, p, "precision=0.7") == pytest.approx(0.15)
    assert best_cut(np.array([1, 0]), np.array([0.2, 0.8]), "precision=0.9") == pytest.approx(0.1)  # none has it


def test_a_cut_by_itself_and_without_gold() -> None:
    assert best_cut(np.array([1]), np.array([0.3]), "0.7") == 0.7
    assert best_cut(np.zeros(0, int), np.zeros(0), "f1") == 0.5


@pytest.mark.parametrize("goal", ["", "recall", "1.5", "0", "nan", "precision=2", "precision="])
def test_what_is_no_goal(goal: str) -> None:
    with pytest.raises(SpecError, match="A cut is accuracy, f1, f1_negative"):
        best_cut(np.array([1]), np.array([0.3]), goal)


def test_decisions_of_both_classes() -> None:
    found = decisions(np.array([1, 1, 0, 0]), np.array([0.9, 0.4, 0.6, 0.1]), 0.5)
    assert found == {"accuracy": 0.5, "f1": 0.5, "f1_negative": 0.5, "precision": 0.5, "recall": 0.5}
    assert decisions(np.array([0, 0]), np.array([0.1, 0.2]), 0.5)["f1"] == 0

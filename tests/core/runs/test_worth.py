"""What labels are worth, from learning curves written by hand."""

import numpy as np
import pytest

from weakrec_core.data.training_rows import TrainingRows
from weakrec_core.runs.worth import DEV_ONLY, WITH_LABELS, _equivalent, _summed_up, _worth

BUDGETS = np.array([100, 200, 400, 800])
RISING = np.array([0.60, 0.65, 0.70, 0.75])


@pytest.mark.parametrize(
    ("wanted", "labels"), [(0.65, 200), (0.75, 800), (0.76, np.inf), (0.5, 0), (0.4, 0), (np.nan, np.nan)]
)
def test_how_many_gold_labels_reach_an_auc(wanted: float, labels: float) -> None:
    assert _equivalent(BUDGETS, RISING, wanted) == pytest.approx(labels, nan_ok=True)


def test_between_budgets_and_over_a_dip() -> None:
    assert _equivalent(BUDGETS, RISING, 0.675) == pytest.approx(np.sqrt(201 * 401) - 1)
    dip = np.array([0.60, 0.70, 0.66, 0.75])
    assert 200 <= _equivalent(BUDGETS, dip, 0.68) <= 401  # the curve is made to rise


def worth(with_labels: list[float], spread: float = 0.0) -> dict[str, object]:
    noise = np.random.default_rng(0).normal(0, spread, (2, 4, 300))
    means = {DEV_ONLY: RISING, WITH_LABELS: np.array(with_labels)}
    drawn = {kind: means[kind][:, None] + noise[i] for i, kind in enumerate(means)}
    return _worth(BUDGETS, means, drawn)


def test_worth_in_gold_labels() -> None:
    found = worth([0.70, 0.72, 0.74, 0.76], 0.005)
    assert found["gold_labels"] == 300
    assert 200 < found["low"] < 300 < found["high"] < 420  # type: ignore[operator]
    assert str(found["sentence"]).startswith(
        "These LFs are worth about 300 gold labels, beside 100 gold labels (95 % in"
    )
    assert "Beside all 800, they add +0.010 AUC (95 % interval" in str(found["sentence"])


def test_worth_more_than_there_are_and_nothing() -> None:
    more = worth([0.80, 0.80, 0.80, 0.80])
    assert (more["gold_labels"], more["low"], more["high"]) == (None, None, None)
    assert "worth more than the 700 further gold labels there are, beside 100 gold labels" in str(more["sentence"])
    nothing = worth([0.59, 0.65, 0.70, 0.75])
    assert "worth no gold label that could be measured" in str(nothing["sentence"])


def test_the_curve_is_a_mean_over_seeds_with_intervals() -> None:
    rng = np.random.default_rng(0)
    label = rng.integers(0, 2, 400)
    test = TrainingRows(np.repeat(np.arange(80), 5).astype(np.int32), np.zeros(400, np.int32), label.astype(np.float32))

    def p(signal: float) -> np.ndarray:  # type: ignore[type-arg]
        return np.clip(0.5 + signal * (label - 0.5) + rng.normal(0, 0.3, 400), 0.01, 0.99)

    predicted = {
        DEV_ONLY: {100: [p(0.1), p(0.15)], 300: [p(0.4)]},
        WITH_LABELS: {100: [p(0.3), p(0.35)], 300: [p(0.5)]},
    }
    found = _summed_up(test, predicted)
    assert [point["dev_rows"] for point in found["curve"]] == [100, 300]
    first = found["curve"][0]
    assert 0.5 < first["dev_only"]["auc"] < first["with_labels"]["auc"] < 1
    low, high = first["with_labels"]["interval"]
    assert low < first["with_labels"]["auc"] < high
    assert 0 < found["worth"]["gold_labels"] < 200
    one_class = TrainingRows(test.user_idx, test.book_idx, np.ones(400, np.float32))
    assert "one class only" in _summed_up(one_class, predicted)["worth"]["sentence"]

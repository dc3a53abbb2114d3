"""The share of the gap that weak labels recover."""

import numpy as np
import pytest

from tests.core.conftest import MakeRatings
from weakrec_core.data.dataset import Dataset
from weakrec_core.evaluation.gap_recovered import gap_recovered
from weakrec_core.evaluation.rating_metrics import rating_metrics
from weakrec_core.evaluation.test_bed import Measured, TestBed


@pytest.fixture(scope="module")
def bed(demo: Dataset) -> TestBed:
    return TestBed.make(demo)


def measured(bed: TestBed, noise: float) -> Measured:
    """Gold seen through noise."""
    rng = np.random.default_rng(1)
    z = bed.rows.p_positive + noise * rng.normal(size=len(bed.rows))
    p = 1 / (1 + np.exp(-z))
    return Measured({"test": rating_metrics(bed.rows.p_positive, p)}, p)


def test_the_share_of_the_gap(bed: TestBed) -> None:
    dev_only, ours, gold = (measured(bed, noise) for noise in (4.0, 2.0, 1.0))
    found = gap_recovered(bed, ours, dev_only, gold)
    auc = [m.metrics["test"]["auc"] for m in (ours, dev_only, gold)]
    share = (auc[0] - auc[1]) / (auc[2] - auc[1])
    assert found["auc"] == pytest.approx(share)
    low, high = found["intervals"]["auc"]
    assert low < share < high
    assert found["sentence"].startswith(f"Weak labels recover {100 * share:.0f} % of the gap")
    assert gap_recovered(bed, gold, dev_only, gold)["auc"] == 1
    assert gap_recovered(bed, dev_only, dev_only, gold)["auc"] == 0


def test_no_gap_to_speak_of(bed: TestBed) -> None:
    same = measured(bed, 2.0)
    found = gap_recovered(bed, measured(bed, 1.5), same, same)
    assert found["auc"] is None
    assert found["log_loss"] is None
    assert "There is no gap to speak of" in found["sentence"]


def test_one_class_only(make_ratings: MakeRatings) -> None:
    readers = [(s, {0: 1, 1: 1}, ()) for s in ("train", "dev", "valid", "test")]
    bed = TestBed.make(make_ratings(readers, n_books=3))
    found = gap_recovered(bed, *(measured(bed, noise) for noise in (1.0, 2.0, 0.5)))
    assert found["auc"] is None
    assert "one class only" in found["sentence"]

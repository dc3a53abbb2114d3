import numpy as np
import pandas as pd
import pytest

from tests.core.conftest import MakeRatings
from weakrec_core.data.dataset import Dataset
from weakrec_core.evaluation.rating_metrics import rating_metrics
from weakrec_core.evaluation.rivals import against_rivals, strongest
from weakrec_core.evaluation.test_bed import Measured, TestBed


def test_the_strongest_by_metric() -> None:
    values = {"a": 0.6, "b": None, "c": 0.7}
    assert strongest("auc", values) == "c"
    assert strongest("log_loss", values) == "a"
    assert strongest("auc", {"a": None}) is None


@pytest.fixture(scope="module")
def bed(make_ratings: MakeRatings) -> TestBed:
    rng = np.random.default_rng(0)
    readers = [(s, {int(b): int(rng.random() < 0.5) for b in rng.permutation(20)[:10]}, ()) for s in ["test"] * 60]
    dataset: Dataset = make_ratings([("train", {0: 1}, ()), ("dev", {0: 1}, ()), ("valid", {0: 1}, ()), *readers], 20)
    return TestBed.make(dataset)


def measured(bed: TestBed, noise: float, ndcg: float | None = None) -> Measured:
    """Predictions that know the gold as well as the noise lets them."""
    rng = np.random.default_rng(1)
    p = np.clip(0.5 + 0.3 * (bed.rows.p_positive - 0.5) + rng.normal(0, noise, len(bed.rows)), 0.01, 0.99)
    users = None
    if ndcg is not None:
        users = pd.DataFrame({"user_idx": np.arange(60), "ndcg@10": ndcg + rng.normal(0, 0.05, 60)})
    ranking = None if users is None else {"ndcg@10": float(users["ndcg@10"].mean())}
    return Measured({"test": rating_metrics(bed.rows.p_positive, p), "ranking": ranking}, p, users)


def test_better_worse_and_not_distinguishable(bed: TestBed) -> None:
    good, weak = measured(bed, 0.1, 0.5), measured(bed, 0.6, 0.4)
    found = against_rivals(bed, good, {"weak": weak})
    assert {m: f["verdict"] for m, f in found.items()} == dict.fromkeys(
        ["auc", "log_loss", "accuracy", "ndcg@10"], "better"
    )
    assert found["auc"]["rival"] == "weak"
    low, high = found["auc"]["interval"]
    assert 0 < low < found["auc"]["difference"] < high
    assert found["log_loss"]["difference"] < 0
    turned = against_rivals(bed, weak, {"good": good})
    assert {f["verdict"] for f in turned.values()} == {"worse"}
    same = against_rivals(bed, good, {"weak": weak, "itself": good})
    assert {(f["rival"], f["verdict"]) for f in same.values()} == {("itself", "not distinguishable")}


def test_what_cannot_be_drawn_is_not_distinguishable(bed: TestBed) -> None:
    good = measured(bed, 0.1, 0.5)
    figures_only = Measured(measured(bed, 0.6, 0.4).metrics)
    found = against_rivals(bed, good, {"old": figures_only})
    assert {(f["interval"], f["verdict"]) for f in found.values()} == {(None, "not distinguishable")}
    assert against_rivals(bed, good, {}) == {}

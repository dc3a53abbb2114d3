"""Baselines of a run, and the share of the gap that weak labels recover."""

import shutil
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from tests.core.conftest import MakeRatings
from weakrec_core.baselines import cached_baselines
from weakrec_core.baselines.cached_baselines import Stopped, measure_baselines
from weakrec_core.baselines.item_item import Ease, fit_ease
from weakrec_core.data.dataset import Dataset
from weakrec_core.data.training_rows import TrainingRows
from weakrec_core.errors import DataError
from weakrec_core.evaluation.gap_recovered import gap_recovered
from weakrec_core.evaluation.rating_metrics import rating_metrics
from weakrec_core.evaluation.test_bed import Measured, TestBed
from weakrec_core.network.config import train_config

CONFIG = train_config("recommended", epochs=1, embed_dim=4, hidden_layer_sizes=(4,))
NAMES = ["constant", "popularity", "item_knn", "ease", "dev_only", "gold"]


@pytest.fixture(scope="module")
def bed(demo: Dataset) -> TestBed:
    return TestBed.make(demo)


@pytest.fixture(scope="module")
def ease(demo: Dataset) -> Ease:
    return fit_ease(demo)


@pytest.fixture
def no_cache(demo: Dataset) -> None:
    shutil.rmtree(demo.workspace.baselines, ignore_errors=True)


Train = Callable[..., object]


@pytest.fixture
def trainings(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The numbers of gold rows that networks were trained on."""
    seen: list[int] = []
    train = cached_baselines.train

    def counted(*args: object, **kwargs: object) -> object:
        seen.append(len(kwargs["gold"]))  # type: ignore[arg-type]
        return train(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(cached_baselines, "train", counted)
    return seen


@pytest.mark.usefixtures("no_cache")
def test_a_table_of_baselines(bed: TestBed, weak_rows: TrainingRows, ease: Ease, trainings: list[int]) -> None:
    stages: list[str] = []
    found = measure_baselines(bed, weak_rows, CONFIG, ease, tell=stages.append)
    assert list(found) == NAMES
    metrics = {name: measured.metrics for name, measured in found.items()}
    assert all(set(m) == {"test", "tutorial_protocol", "ranking"} for m in metrics.values())
    assert [name for name in NAMES if metrics[name]["test"] is None] == ["item_knn", "ease"]
    assert [name for name in NAMES if metrics[name]["ranking"] is None] == ["constant"]
    assert metrics["constant"]["test"]["auc"] == 0.5
    assert metrics["constant"]["test"]["n"] == metrics["gold"]["test"]["n"] == bed.dataset.n_rows("test")
    assert metrics["popularity"]["tutorial_protocol"]["auc"] > 0.55
    assert trainings == [bed.dataset.n_rows("dev"), bed.dataset.n_rows("dev") + bed.dataset.n_rows("train")]
    assert "Training the dev-only network" in stages
    assert "Training the ceiling network, epoch 1 of at most 1" in stages


@pytest.mark.usefixtures("no_cache")
def test_what_does_not_depend_on_lfs_is_made_once(
    bed: TestBed, weak_rows: TrainingRows, ease: Ease, trainings: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = measure_baselines(bed, weak_rows, CONFIG, ease)
    assert len(trainings) == 2
    again = measure_baselines(bed, weak_rows, CONFIG, ease)
    assert len(trainings) == 2
    assert {n: m.metrics for n, m in first.items()} == {n: m.metrics for n, m in again.items()}
    assert first["gold"].p_positive is not None
    np.testing.assert_array_equal(first["gold"].p_positive, again["gold"].p_positive)
    measure_baselines(bed, weak_rows, CONFIG.model_copy(update={"dropout": 0.1}), ease)
    assert len(trainings) == 4
    monkeypatch.setattr(cached_baselines, "_code", lambda: "other code")
    measure_baselines(bed, weak_rows, CONFIG, ease)
    assert len(trainings) == 6


@pytest.mark.usefixtures("no_cache")
def test_it_stops_when_asked(bed: TestBed, weak_rows: TrainingRows, ease: Ease, trainings: list[int]) -> None:
    with pytest.raises(Stopped):
        measure_baselines(bed, weak_rows, CONFIG, ease, should_stop=lambda: True)
    assert trainings == []
    with pytest.raises(Stopped):
        measure_baselines(bed, weak_rows, CONFIG, ease, should_stop=lambda: len(trainings) > 1)
    assert len(trainings) == 2


def test_rows_and_readers_of_test(bed: TestBed, ease: Ease, demo: Dataset) -> None:
    frame = bed.row_frame(np.linspace(0, 1, len(bed.rows)))
    assert frame.columns.tolist() == ["user_idx", "book_idx", "gold", "p_positive"]
    pd.testing.assert_series_equal(frame["gold"], demo.split("test")["gold"], check_index=False)
    users = bed.measure(ranker=ease).users
    assert users is not None
    assert {"user_idx", "ndcg@10", "mrr"} <= set(users.columns)


def test_test_without_gold(make_ratings: MakeRatings) -> None:
    readers = [(s, {0: 1 if s != "test" else -1}, ()) for s in ("train", "dev", "valid", "test")]
    with pytest.raises(DataError, match="No row of test has a gold label"):
        TestBed.make(make_ratings(readers, n_books=2))


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

"""Baselines of a run on one test bed, and what of them is kept."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.core.conftest import MakeRatings
from weakrec_core.baselines import measure
from weakrec_core.baselines.base import Inputs, NetworkTrainer, Stopped
from weakrec_core.baselines.ease import fit_ease
from weakrec_core.baselines.implicit_peers import installed
from weakrec_core.baselines.item_knn import fit_item_knn
from weakrec_core.baselines.measure import measure_baselines
from weakrec_core.baselines.popularity import Popularity, fit_popularity
from weakrec_core.baselines.registry import BASELINES
from weakrec_core.data.dataset import Dataset
from weakrec_core.data.training_rows import TrainingRows
from weakrec_core.errors import DataError
from weakrec_core.evaluation.test_bed import TestBed

Fitted = dict[str, Any]
PEERS = ["als", "bpr"] if installed() else []
NAMES = ["constant", "popularity", "averages", "item_knn", "ease", *PEERS, "dev_only", "gold"]


@dataclass
class FakeNetworks:
    """Stands for the run's network: the popularity of books by the labels it is given."""

    dataset: Dataset
    trained: list[tuple[str, int]] = field(default_factory=list)

    def train(self, name: str, gold: TrainingRows) -> Popularity:
        self.trained.append((name, len(gold)))
        return fit_popularity(self.dataset, gold)

    def trainer(self, settings: Mapping[str, Any] | None = None, *, use_dev: bool = True) -> NetworkTrainer:
        return NetworkTrainer(self.train, use_dev, settings or {})


@pytest.fixture(scope="module")
def bed(demo: Dataset) -> TestBed:
    return TestBed.make(demo)


@pytest.fixture(scope="module")
def fitted(demo: Dataset) -> Fitted:
    return {"ease": fit_ease(demo), "item_knn": fit_item_knn(demo)}


@pytest.fixture
def networks(demo: Dataset) -> FakeNetworks:
    return FakeNetworks(demo)


@pytest.fixture
def no_cache(demo: Dataset) -> None:
    shutil.rmtree(demo.workspace.baselines, ignore_errors=True)


def inputs(bed: TestBed, labeled: TrainingRows, trainer: NetworkTrainer, fitted: Fitted, **told: Any) -> Inputs:
    """With the linear models fitted already, as EASE is for the blend."""
    return Inputs(bed.dataset, labeled, bed.seed, trainer, _fitted=dict(fitted), **told)


@pytest.mark.usefixtures("no_cache")
def test_a_table_of_baselines(bed: TestBed, weak_rows: TrainingRows, fitted: Fitted, networks: FakeNetworks) -> None:
    stages: list[str] = []
    ease = {"ease": fitted["ease"]}
    found = measure_baselines(bed, inputs(bed, weak_rows, networks.trainer(), ease, tell=stages.append))
    assert list(found) == NAMES == list(BASELINES)
    metrics = {name: measured.metrics for name, measured in found.items()}
    assert all(set(m) == {"test", "tutorial_protocol", "ranking"} for m in metrics.values())
    assert [name for name in NAMES if metrics[name]["test"] is None] == ["item_knn", "ease", *PEERS]
    assert [name for name in NAMES if metrics[name]["ranking"] is None] == ["constant", "averages"]
    assert metrics["constant"]["test"]["auc"] == 0.5
    assert metrics["constant"]["test"]["n"] == metrics["gold"]["test"]["n"] == bed.dataset.n_rows("test")
    assert metrics["popularity"]["tutorial_protocol"]["auc"] > 0.55
    n_dev, n_train = bed.dataset.n_rows("dev"), bed.dataset.n_rows("train")
    assert networks.trained == [("dev-only", n_dev), ("ceiling", n_dev + n_train)]
    assert stages == ["Fitting item-kNN", *(f"Fitting {BASELINES[name].title}" for name in PEERS)]


@pytest.mark.usefixtures("no_cache")
def test_the_ceiling_of_a_run_without_dev(
    bed: TestBed, weak_rows: TrainingRows, fitted: Fitted, networks: FakeNetworks
) -> None:
    measure_baselines(bed, inputs(bed, weak_rows, networks.trainer(use_dev=False), fitted))
    assert networks.trained[-1] == ("ceiling", bed.dataset.n_rows("train"))


@pytest.mark.usefixtures("no_cache")
def test_what_does_not_depend_on_lfs_is_made_once(
    bed: TestBed, weak_rows: TrainingRows, fitted: Fitted, networks: FakeNetworks, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = measure_baselines(bed, inputs(bed, weak_rows, networks.trainer(), fitted))
    assert len(networks.trained) == 2
    again = measure_baselines(bed, inputs(bed, weak_rows, networks.trainer(), fitted))
    assert len(networks.trained) == 2
    assert {n: m.metrics for n, m in first.items()} == {n: m.metrics for n, m in again.items()}
    assert first["gold"].p_positive is not None
    np.testing.assert_array_equal(first["gold"].p_positive, again["gold"].p_positive)
    measure_baselines(bed, inputs(bed, weak_rows, networks.trainer({"dropout": 0.1}), fitted))
    assert len(networks.trained) == 4
    monkeypatch.setattr(measure, "_code", lambda: "other code")
    measure_baselines(bed, inputs(bed, weak_rows, networks.trainer(), fitted))
    assert len(networks.trained) == 6


@pytest.mark.usefixtures("no_cache")
def test_what_learns_from_the_labels_is_never_kept(
    bed: TestBed, weak_rows: TrainingRows, fitted: Fitted, networks: FakeNetworks
) -> None:
    flipped = TrainingRows(weak_rows.user_idx, weak_rows.book_idx, 1 - weak_rows.p_positive)
    one, two = (measure_baselines(bed, inputs(bed, rows, networks.trainer(), fitted)) for rows in (weak_rows, flipped))
    assert one["popularity"].metrics["test"] != two["popularity"].metrics["test"]


@pytest.mark.usefixtures("no_cache")
def test_it_stops_when_asked(bed: TestBed, weak_rows: TrainingRows, fitted: Fitted, networks: FakeNetworks) -> None:
    with pytest.raises(Stopped):
        measure_baselines(bed, inputs(bed, weak_rows, networks.trainer(), fitted, should_stop=lambda: True))
    assert networks.trained == []


def test_rows_and_readers_of_test(bed: TestBed, fitted: Fitted, demo: Dataset) -> None:
    frame = bed.row_frame(np.linspace(0, 1, len(bed.rows)))
    assert frame.columns.tolist() == ["user_idx", "book_idx", "gold", "p_positive"]
    pd.testing.assert_series_equal(frame["gold"], demo.split("test")["gold"], check_index=False)
    users = bed.measure(fitted["ease"]).users
    assert users is not None
    assert {"user_idx", "ndcg@10", "mrr"} <= set(users.columns)


def test_test_without_gold(make_ratings: MakeRatings) -> None:
    readers = [(s, {0: 1 if s != "test" else -1}, ()) for s in ("train", "dev", "valid", "test")]
    with pytest.raises(DataError, match="No row of test has a gold label"):
        TestBed.make(make_ratings(readers, n_books=2))

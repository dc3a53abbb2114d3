"""Slices of test rows on which a run is wrong more often than elsewhere."""

import numpy as np
import pytest

from weakrec_core.data.dataset import Dataset
from weakrec_core.error_analysis.slices import cut
from weakrec_core.errors import RunError
from weakrec_core.labeling.lf_set import LFSet
from weakrec_core.runs.error_slices import error_slices
from weakrec_core.runs.measure_run import ROWS_FILE
from weakrec_core.runs.store import Run, new_run
from weakrec_core.signals import SignalStore


@pytest.fixture
def run(demo: Dataset, tutorial: LFSet) -> Run:
    return new_run(demo, tutorial, "v1", preset="tutorial")


def test_where_it_is_always_wrong_comes_first(run: Run, demo: Dataset) -> None:
    slicing = cut(demo, SignalStore(demo), "test", "history_length")
    rows = demo.split("test")[["user_idx", "book_idx", "gold"]]
    right, known = slicing.codes != 1, (rows["gold"] != -1).to_numpy()
    p = np.where((rows["gold"] == 1) == right, 0.9, 0.1)
    rows.assign(p_positive=p)[known].sample(frac=1, random_state=0).to_parquet(run.path / ROWS_FILE)
    table = error_slices(run)
    worst = table.iloc[0]
    assert (worst["by"], worst["slice"], worst["accuracy"]) == ("history_length", slicing.names[1], 0.0)
    assert (worst["n"], worst["verdict"]) == ((known & ~right).sum(), "worse")
    others = table[(table["by"] == "history_length") & (table["slice"] != slicing.names[1])]
    assert (others["accuracy"] == 1).all()
    assert set(table["by"]) >= {"author", "popularity", "review_length", "language"}


def test_a_run_without_predictions_says_so(run: Run) -> None:
    with pytest.raises(RunError, match="trained before predictions on test were kept"):
        error_slices(run)


def test_a_dataset_that_has_changed(run: Run) -> None:
    config = run.config.model_copy(update={"fingerprint": "another"})
    (run.path / "config.json").write_text(config.model_dump_json())
    with pytest.raises(RunError, match="has changed since run"):
        run.open_dataset()

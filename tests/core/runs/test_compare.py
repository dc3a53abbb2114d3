"""Two runs compared on the same users: a constructed difference is found, none between equal runs."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.recommending import RESULT
from weakrec_core.data.dataset import Dataset
from weakrec_core.errors import RunError
from weakrec_core.evaluation.rating_metrics import rating_metrics
from weakrec_core.jobs.status import Status
from weakrec_core.label_model.snorkel_config import SnorkelConfig
from weakrec_core.labeling.lf_set import LFSet
from weakrec_core.runs.compare import compare_runs
from weakrec_core.runs.store import Run, new_run

N_USERS, ROWS = 60, 10
MakeRun = Callable[..., Run]


@pytest.fixture
def make_run(demo: Dataset, tutorial: LFSet) -> MakeRun:
    """A finished run whose test predictions and rankings are given."""

    def make(p: np.ndarray, ndcg: np.ndarray | None = None, lf_set: LFSet = tutorial, **options: Any) -> Run:
        run = new_run(demo, lf_set, "v1", **({"label_model": "calibrated", "preset": "recommended"} | options))
        rows = pd.DataFrame(
            {"user_idx": np.repeat(np.arange(N_USERS), ROWS), "book_idx": np.tile(np.arange(ROWS), N_USERS)}
        )
        rows = rows.assign(gold=gold(), p_positive=p)
        rows.to_parquet(run.path / "test_rows.parquet")
        labels = RESULT["labels"] | {"label_model": run.config.label_model}
        result = RESULT | {
            "run": run.id,
            "labels": labels,
            "test": rating_metrics(gold(), p),
            "baselines": {},
            "ranking": None,
        }
        if ndcg is not None:
            users = pd.DataFrame({"user_idx": np.arange(N_USERS), "ndcg@10": ndcg})
            users.sample(frac=1, random_state=0).to_parquet(run.path / "test_users.parquet")
            result["ranking"] = {"ndcg@10": float(ndcg.mean()), "n_users": N_USERS, "intervals": {}}
        run.write_result(result)
        run.write_status(Status(state="succeeded"))
        return run

    return make


def gold() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 2, N_USERS * ROWS).astype(np.int8)


def predictions(noise: float, seed: int = 1) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.clip(0.5 + 0.3 * (gold() - 0.5) + noise * rng.standard_normal(len(gold())), 0.01, 0.99)


def test_a_constructed_difference_is_found(make_run: MakeRun) -> None:
    rng = np.random.default_rng(0)
    weak = rng.random(N_USERS) * 0.4
    one, two = make_run(predictions(0.5), weak), make_run(predictions(0.1), weak + 0.1)
    c = compare_runs(one, two)
    found = {d.metric: d for d in c.rating + c.ranking}
    assert c.problem is None and c.users == N_USERS
    auc = found["auc"]
    assert auc.difference == pytest.approx(two.result["test"]["auc"] - one.result["test"]["auc"])  # type: ignore[index]
    assert auc.low is not None and 0 < auc.low < auc.difference
    assert auc.verdict == "better" and found["log_loss"].verdict == "better"
    assert found["log_loss"].difference is not None and found["log_loss"].difference < 0
    ndcg = found["ndcg@10"]
    assert (ndcg.low, ndcg.high) == pytest.approx((0.1, 0.1))  # every user gains the same: paired, there is no noise
    assert ndcg.verdict == "better" and ndcg.p_value == pytest.approx(2 / 1001)
    back = {d.metric: d.verdict for d in compare_runs(two, one).rating}
    assert back["auc"] == "worse"


def test_none_between_equal_runs(make_run: MakeRun) -> None:
    one, two = (make_run(predictions(0.3), np.full(N_USERS, 0.2)) for _ in range(2))
    comparison = compare_runs(one, two)
    for d in comparison.rating + comparison.ranking:
        assert (d.difference, d.low, d.high, d.verdict, d.p_value) == (0, 0, 0, "not distinguishable", 1)
    assert comparison.lfs == [] and comparison.settings == []


def test_of_twenty_pairs_of_equally_good_runs_about_one_is_called_different(make_run: MakeRun) -> None:
    called = 0
    for seed in range(20):
        one, two = make_run(predictions(0.4, 2 * seed)), make_run(predictions(0.4, 2 * seed + 1))
        called += next(d.verdict for d in compare_runs(one, two).rating if d.metric == "auc") != "not distinguishable"
    assert called <= 4


def test_what_differs_in_the_inputs(make_run: MakeRun, tutorial: LFSet) -> None:
    fewer = LFSet(name="fewer", lfs=tutorial.lfs[:-1])
    one, two = make_run(predictions(0.3)), make_run(predictions(0.3), lf_set=fewer, epochs=3, seed=5)
    comparison = compare_runs(one, two)
    assert comparison.lfs == [f"removed {tutorial.lfs[-1].name}"]
    changed = {c.what: c.second for c in comparison.settings}
    assert changed == {"LF set": "fewer v1", "epochs": 3, "seed": 5}
    assert any(line.startswith("AUC") for line in comparison.lines())


def test_what_differs_in_the_settings_of_the_label_model(make_run: MakeRun) -> None:
    one = make_run(predictions(0.3))
    two = make_run(predictions(0.3), class_balance=0.4, snorkel=SnorkelConfig(n_epochs=50), label_model="snorkel")
    changed = {c.what: (c.first, c.second) for c in compare_runs(one, two).settings}
    assert changed["class balance"] == ("from dev", 0.4)
    assert changed["Snorkel's epochs"] == (None, 50)  # the other label model has none


def test_other_data_or_missing_predictions_are_said(make_run: MakeRun) -> None:
    one, two = make_run(predictions(0.3)), make_run(predictions(0.2))
    (two.path / "test_rows.parquet").unlink()
    comparison = compare_runs(one, two)
    assert comparison.problem is not None and "before predictions on test were kept" in comparison.problem
    assert all(d.low is None and d.difference is not None for d in comparison.rating)
    three = make_run(predictions(0.3))
    config = three.config.model_copy(update={"fingerprint": "another", "data_fingerprint": "another"})
    (three.path / "config.json").write_text(config.model_dump_json())
    assert "different data" in (compare_runs(one, three).problem or "")


def test_a_run_without_a_result_cannot_be_compared(make_run: MakeRun, demo: Dataset, tutorial: LFSet) -> None:
    queued = new_run(demo, tutorial, "v1", preset="tutorial")
    with pytest.raises(RunError, match="has no result"):
        compare_runs(make_run(predictions(0.3)), queued)


def test_the_command(make_run: MakeRun, cli: Any) -> None:
    one, two = make_run(predictions(0.5)), make_run(predictions(0.1))
    found = cli("compare", one.id, two.id, "--json").json
    assert {"first", "second", "lfs", "settings", "rating", "ranking", "users", "problem", "test_looks"} <= set(found)
    done = cli("compare", one.id, two.id)
    assert "AUC" in done.out and "looked at for" in done.err
    assert cli("compare", one.id, "gone").status == 2

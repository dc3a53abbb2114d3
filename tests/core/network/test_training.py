from collections.abc import Callable
from dataclasses import replace
from functools import cache
from itertools import count
from typing import Any

import numpy as np
import pytest

from tests.core.conftest import MakeRatings, noisy_rows
from weakrec_core.baselines.constant import fit_constant
from weakrec_core.baselines.popularity import fit_popularity
from weakrec_core.data.dataset import Dataset
from weakrec_core.data.training_rows import NO_ROWS, TrainingRows, gold_rows
from weakrec_core.errors import DataError, RunError
from weakrec_core.evaluation.rating_metrics import evaluate
from weakrec_core.network.presets.registry import PRESETS, train_config
from weakrec_core.network.training import Trained, relabeled, train


def small(preset: str, **changes: Any) -> Any:
    return train_config(preset, **({"epochs": 2, "embed_dim": 8, "hidden_layer_sizes": (8,)} | changes))


Reported = tuple[Trained, list[dict[str, float]]]


@pytest.fixture(scope="module")
def reported(demo: Dataset, weak_rows: TrainingRows) -> Callable[[str], Reported]:
    """Three epochs of a preset and what was told of them; trained when first asked for."""

    @cache
    def made(preset: str) -> Reported:
        seen: list[dict[str, float]] = []
        return train(demo, weak_rows, small(preset, epochs=3), on_epoch=seen.append), seen

    return made


@pytest.mark.parametrize("preset", PRESETS)
def test_each_epoch_is_reported(preset: str, reported: Callable[[str], Reported]) -> None:
    trained, seen = reported(preset)
    assert [(m["epoch"], m["epochs"]) for m in seen] == [(1, 3), (2, 3), (3, 3)]
    measured = {"tutorial": "val_auc", "recommended": "val_ndcg"}[preset]
    for name in ("loss", "val_loss", measured, "seconds", "examples_per_second"):
        assert all(isinstance(m[name], float) and np.isfinite(m[name]) for m in seen)
    assert trained.epochs_run == 3
    assert not trained.stopped
    assert seen[-1]["loss"] < seen[0]["loss"]


@pytest.mark.parametrize("preset", PRESETS)
def test_another_seed_gives_another_network(
    preset: str, demo: Dataset, weak_rows: TrainingRows, reported: Callable[[str], Reported]
) -> None:
    """The same one gives the same: see test_checkpoint. Nothing is drawn from the global generator."""
    state = np.random.get_state()[1].tolist()  # noqa: NPY002
    other = train(demo, weak_rows, small(preset, epochs=1, seed=2))
    users = np.unique(demo.split("valid")["user_idx"])[:20]
    scores, first = (trained.score_users(demo.histories, users) for trained in (other, reported(preset)[0]))
    assert np.abs(scores - first).max(axis=1).min() > 1e-3
    assert np.random.get_state()[1].tolist() == state  # noqa: NPY002


def test_the_best_epoch_is_kept(demo: Dataset, weak_rows: TrainingRows) -> None:
    """With a high rate the network soon overfits: training ends early and goes back."""
    seen: list[dict[str, float]] = []
    config = small("tutorial", epochs=40, patience=2, learning_rate=1.0)
    trained = train(demo, weak_rows, config, on_epoch=seen.append)
    losses = [m["val_loss"] for m in seen]
    assert trained.best_epoch == int(np.argmin(losses)) + 1
    assert trained.epochs_run == len(seen) == trained.best_epoch + 2 < 40
    protocol = evaluate(demo, trained, "valid", seed=config.seed)["tutorial_protocol"]
    assert protocol["log_loss"] == pytest.approx(min(losses), abs=1e-6)


@pytest.mark.parametrize(("preset", "asked", "epochs"), [("recommended", 0, 0), ("tutorial", 20, 1)])
def test_training_stops_between_batches(
    preset: str, asked: int, epochs: int, demo: Dataset, weak_rows: TrainingRows
) -> None:
    questions = count()
    config = small(preset, epochs=5)
    trained = train(demo, weak_rows, config, should_stop=lambda: next(questions) >= asked)
    assert trained.stopped
    assert (trained.epochs_run, trained.best_epoch) == (epochs, epochs)
    assert next(questions) == asked + 1  # it stopped at once
    assert trained.rating is None


@pytest.mark.parametrize(("preset", "label"), [("tutorial", 0.25), ("recommended", 0.5)])
def test_t8_t9_soft_labels_and_ties_are_learned_as_probabilities(
    preset: str, label: float, make_ratings: MakeRatings
) -> None:
    """Made hard, all these labels would be 0."""
    rng = np.random.default_rng(0)
    books = [rng.choice(30, 12, replace=False).tolist() for _ in range(40)]
    readers = [
        (split, {b: int(i % 12 < 12 * label) for i, b in enumerate(read)}, ())
        for split, read in zip(["train"] * 28 + ["dev", "valid", "valid", "test"] * 3, books, strict=True)
    ]
    dataset = make_ratings(readers, n_books=30)
    train_rows = dataset.split("train")
    labels = np.full(len(train_rows), label, np.float32)
    rows = TrainingRows(train_rows["user_idx"].to_numpy(), train_rows["book_idx"].to_numpy(), labels)
    trained = train(dataset, rows, small(preset, use_dev=False, epochs=8, learning_rate=0.03))
    p = trained.like(dataset.histories, rows.user_idx, rows.book_idx)
    assert p.mean() == pytest.approx(label, abs=0.05)
    assert p.std() < 0.1


def test_liking_is_not_pulled_down_by_random_negatives(demo: Dataset) -> None:
    """Rated rows are as likely to be POSITIVE as in dev, though there is a random negative for each liked one."""
    trained = train(demo, NO_ROWS, small("recommended", epochs=8, embed_dim=16))
    test = gold_rows(demo, "test")
    p = trained.like(demo.histories, test.user_idx, test.book_idx)
    assert p.mean() == pytest.approx(gold_rows(demo, "dev").p_positive.mean(), abs=0.05)
    protocol = evaluate(demo, trained)["tutorial_protocol"]
    assert protocol["auc"] is not None
    assert protocol["auc"] > 0.65


def test_dev_is_added_to_the_recommended_preset(
    demo: Dataset, weak_rows: TrainingRows, reported: Callable[[str], Reported]
) -> None:
    trained = reported("recommended")[0]
    assert trained.config.use_dev
    assert trained.rating is not None
    assert len(trained.rating.held_out) == len(gold_rows(demo, "dev"))
    without = PRESETS["recommended"].rating(demo, trained, weak_rows, NO_ROWS, trained.config)
    assert set(without.pooled) == {"weak"}  # type: ignore[union-attr]


def test_no_row_to_train_on(demo: Dataset) -> None:
    with pytest.raises(RunError, match="no labeled row"):
        train(demo, NO_ROWS, small("tutorial"))


def test_valid_without_gold(make_ratings: MakeRatings) -> None:
    readers = [(split, {0: -1 if split == "valid" else 1, 1: 0}, ()) for split in ("train", "dev", "valid", "test")]
    readers[2] = ("valid", {0: -1}, ())
    dataset = make_ratings(readers, n_books=4)
    with pytest.raises(DataError, match="No row of valid has a gold label"):
        train(dataset, gold_rows(dataset, "dev"), small("tutorial"))
    told: list[dict[str, float]] = []
    trained = train(dataset, NO_ROWS, small("recommended", epochs=1), on_epoch=told.append)
    assert trained.best_epoch == 1  # by the loss of the training, for nobody of valid has two books
    assert "val_loss" not in told[0]


def test_a_diverging_training_is_an_error(demo: Dataset, weak_rows: TrainingRows) -> None:
    with pytest.raises(RunError, match="is not a number; lower learning_rate"):
        train(demo, weak_rows, small("tutorial", learning_rate=1e38, epochs=5))


def test_readers_of_one_book_and_of_every_book(few_readers: Dataset, make_ratings: MakeRatings) -> None:
    readers = [
        ("train", {0: 1}, ()),
        ("train", {0: 1, 1: 1, 2: 0}, ()),
        ("dev", {1: 1}, ()),
        ("dev", {1: 0, 2: 1}, (0,)),
        ("valid", {2: 1}, ()),
        ("valid", {0: 0}, (1, 2)),
        ("test", {0: 1}, ()),
    ]
    dataset = make_ratings(readers, n_books=3)
    rows = TrainingRows(
        np.array([0, 1, 1], np.int32), np.array([0, 0, 2], np.int32), np.array([1, 0.8, 0.1], np.float32)
    )
    for preset in PRESETS:
        found = evaluate(dataset, train(dataset, rows, small(preset)))
        assert found["test"]["n"] == 1
        assert found["test"]["auc"] is None


def test_recommended_beats_a_constant_and_popularity_on_the_demo(demo: Dataset) -> None:
    weak = noisy_rows(demo, share=0.16, wrong=0.3)
    found = evaluate(demo, train(demo, weak, train_config("recommended", epochs=10)))
    for name, model in {"constant": fit_constant(demo), "popularity": fit_popularity(demo, weak)}.items():
        baseline = evaluate(demo, model)
        for part, margin in (("test", 0.04), ("tutorial_protocol", 0.08)):
            ours, theirs = found[part], baseline[part]
            assert ours["auc"] > theirs["auc"] + margin, (name, part)  # type: ignore[operator]
            assert ours["log_loss"] < theirs["log_loss"] - 0.01, (name, part)  # type: ignore[operator]


def test_a_network_that_learned_from_no_label_is_not_trained_anew(
    demo: Dataset, reported: Callable[[str], Reported]
) -> None:
    dev, trained = gold_rows(demo, "dev"), reported("recommended")[0]
    asked: list[dict[str, float]] = []
    dev_only = relabeled(trained, demo, dev, on_epoch=asked.append)
    assert not asked
    assert dev_only.keras_model is trained.keras_model
    assert evaluate(demo, dev_only)["test"] != evaluate(demo, trained)["test"]
    tutorial = replace(reported("tutorial")[0], config=small("tutorial", epochs=1))
    anew = relabeled(tutorial, demo, dev, on_epoch=asked.append)
    assert len(asked) == 1
    assert anew.keras_model is not tutorial.keras_model

import numpy as np
import pytest

from tests.core.conftest import MakeRatings, noisy_rows
from weakrec_core.data.dataset import Dataset
from weakrec_core.data.training_rows import NO_ROWS, TrainingRows, gold_rows
from weakrec_core.evaluation.rating_metrics import evaluate
from weakrec_core.network.presets.recommended import evidence_loss
from weakrec_core.network.presets.registry import train_config
from weakrec_core.network.training import train

LOGITS = np.array([-3.0, -0.4, 0.0, 1.2, 5.0], np.float32)


def gradient(p: float, prior: float) -> np.ndarray:  # type: ignore[type-arg]
    import tensorflow as tf

    z = tf.constant(LOGITS)
    with tf.GradientTape() as tape:
        tape.watch(z)
        loss = tf.reduce_sum(evidence_loss(tf.fill(z.shape, tf.constant(p)), z, prior))
    return np.asarray(tape.gradient(loss, z))


def test_evidence_is_the_likelihood_of_the_votes() -> None:
    f = 1 / (1 + np.exp(-LOGITS.astype(np.float64)))
    for p, prior in ((0.9, 0.6), (0.2, 0.6), (0.5, 0.3)):
        expected = -np.log(f * p / prior + (1 - f) * (1 - p) / (1 - prior))
        found = evidence_loss(np.full(5, p, np.float32), LOGITS, prior).numpy()
        assert found == pytest.approx(expected, abs=1e-5)


def test_votes_that_say_nothing_teach_nothing() -> None:
    assert gradient(0.63, 0.63) == pytest.approx(np.zeros(5), abs=1e-6)


def test_certain_votes_teach_what_gold_does() -> None:
    f = 1 / (1 + np.exp(-LOGITS))
    assert gradient(1.0, 0.6) == pytest.approx(f - 1, abs=0.03)
    assert gradient(0.0, 0.6) == pytest.approx(f, abs=0.15)


def test_weak_labels_of_reviews_say_more_than_dev_alone(demo_full: Dataset) -> None:
    """Labels as of a label model that knows what it does not know, on rows with a review."""
    weak = noisy_rows(demo_full, share=0.5, wrong=0.2)
    weak = TrainingRows(
        weak.user_idx,
        weak.book_idx,
        np.where(weak.p_positive > 0.5, 0.87, 0.3).astype(np.float32),
        np.ones(len(weak), bool),
    )
    dev = gold_rows(demo_full, "dev")
    few = TrainingRows(dev.user_idx[:1000], dev.book_idx[:1000], dev.p_positive[:1000])
    config = train_config("recommended", epochs=8)
    with_weak, without = (evaluate(demo_full, train(demo_full, r, config, gold=few))["test"] for r in (weak, NO_ROWS))
    assert with_weak["auc"] > without["auc"] + 0.002  # type: ignore[operator]


def test_books_of_an_author_of_the_history_come_first(make_ratings: MakeRatings) -> None:
    """Readers read all books of one author; of a new book of the author nobody has read, only its author is known."""
    authors = np.arange(40) // 4
    readers = []
    for i, split in enumerate(["train"] * 60 + ["dev", "valid", "test"] * 6):
        two = np.random.default_rng(i).permutation(10)[:2]
        books = np.flatnonzero(np.isin(authors, two) & (np.arange(40) % 4 > 0))  # the first of each is not read
        readers.append((split, {int(b): int(b % 3 > 0) for b in books}, ()))
    dataset = make_ratings(readers, n_books=40, authors=[f"a{a}" for a in authors])
    trained = train(dataset, NO_ROWS, train_config("recommended", epochs=15, embed_dim=8))
    scores = trained.score_users(dataset.histories, np.arange(dataset.n_users))
    for user in dataset.split("test")["user_idx"].unique():
        own = np.unique(authors[dataset.histories.of(int(user))]) * 4
        others = np.setdiff1d(np.arange(0, 40, 4), own)
        assert scores[user, own].mean() > scores[user, others].mean()

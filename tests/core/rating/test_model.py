"""The rating model on readers whose tastes are known, with what is read told by a stand-in for the network."""

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import expit

from weakrec_core.data.histories import Histories
from weakrec_core.data.training_rows import NO_ROWS, TrainingRows
from weakrec_core.evaluation.recommender import Floats
from weakrec_core.rating.model import RatingModel, fit_rating
from weakrec_core.stats.probability_metrics import metrics_against

N_USERS, N_BOOKS, EACH = 900, 60, 12
AUTHOR = np.repeat(np.arange(1, 13), 5).astype(np.int32)
TRAIN, DEV, TEST = range(0, 500), range(500, 700), range(700, 900)


@dataclass(frozen=True)
class World:
    """Films that differ in quality and readers who differ in what they like; `affinity` is what a network would find."""

    histories: Histories
    p: Floats
    liked: NDArray[np.bool_]
    affinity: Floats

    n_taste_summary = 1
    history_size = 1

    def taste(self, histories: Histories, user_idx: NDArray[np.integer], book_idx: NDArray[np.integer]) -> Floats:
        affinity = self.affinity[user_idx, book_idx][:, None]
        return np.concatenate([affinity, np.zeros((len(user_idx), 2))], axis=1)

    def rows(self, users: range, wrong: float = 0.0, seed: int = 0) -> TrainingRows:
        """What these users read, with their labels; with wrong ones among them, soft."""
        rng = np.random.default_rng(seed)
        user = np.repeat(np.array(users), EACH)
        book = np.concatenate([self.histories.of(u) for u in users])
        label = self.liked[user, book]
        turned = label ^ (rng.random(len(label)) < wrong)
        soft = np.where(turned, 1 - wrong, wrong)
        return TrainingRows(user.astype(np.int32), book.astype(np.int32), soft.astype(np.float32))

    def fit(self, weak: TrainingRows, gold: TrainingRows) -> RatingModel:
        return fit_rating(self, self.histories, AUTHOR, weak, gold)

    def measured(self, model: RatingModel) -> tuple[float, float]:
        """AUC and log loss on the users of test."""
        rows = self.rows(TEST)
        pairs = rows.user_idx, rows.book_idx
        found = metrics_against(
            rows.p_positive.astype(np.int64), model.like(self.taste(self.histories, *pairs), self.histories, *pairs)
        )
        assert found["auc"] is not None and found["log_loss"] is not None
        return found["auc"], found["log_loss"]


@pytest.fixture(scope="module")
def world() -> World:
    rng = np.random.default_rng(0)
    quality, affinity = rng.normal(0.4, 1.0, N_BOOKS), rng.normal(size=(N_USERS, N_BOOKS))
    p = expit(quality + 0.8 * affinity)
    read = np.stack([rng.choice(N_BOOKS, EACH, replace=False) for _ in range(N_USERS)])
    histories = Histories.from_pairs(np.repeat(np.arange(N_USERS), EACH), read.ravel(), N_USERS)
    return World(histories, p, rng.random(p.shape) < p, affinity)


def test_weak_labels_are_worth_more_than_a_little_gold(world: World) -> None:
    few, weak = world.rows(range(500, 510)), world.rows(TRAIN, wrong=0.3)
    both, gold_only = world.measured(world.fit(weak, few)), world.measured(world.fit(NO_ROWS, few))
    assert both[0] > gold_only[0] + 0.1
    assert both[1] < gold_only[1] - 0.05


def test_more_gold_is_never_worse(world: World) -> None:
    weak = world.rows(TRAIN, wrong=0.35)
    aucs = [world.measured(world.fit(weak, world.rows(range(500, n))))[0] for n in (505, 540, 700)]
    assert aucs[1] > aucs[0] - 0.005
    assert aucs[2] > aucs[1] - 0.005
    assert aucs[2] > aucs[0]


def test_true_labels_come_near_to_what_can_be_known(world: World) -> None:
    rows = world.rows(TEST)
    gold = rows.p_positive.astype(np.int64)
    best = metrics_against(gold, world.p[rows.user_idx, rows.book_idx])
    found = world.measured(world.fit(NO_ROWS, world.rows(range(0, 700))))
    assert found[0] > best["auc"] - 0.01  # type: ignore[operator]
    assert found[1] < best["log_loss"] + 0.01  # type: ignore[operator]


def test_labels_that_say_nothing_cost_next_to_nothing(world: World) -> None:
    gold = world.rows(DEV)
    noise, without = (world.measured(world.fit(weak, gold)) for weak in (world.rows(TRAIN, wrong=0.5), NO_ROWS))
    assert noise[0] > without[0] - 0.01
    assert noise[1] < without[1] + 0.01


def test_labels_that_are_mostly_wrong_are_turned_round(world: World) -> None:
    """Soft labels that take themselves for right; gold says otherwise."""
    upside_down = world.rows(TRAIN, wrong=0.2)
    upside_down = TrainingRows(upside_down.user_idx, upside_down.book_idx, 1 - upside_down.p_positive)
    gold = world.rows(DEV)
    assert world.measured(world.fit(upside_down, gold))[0] > world.measured(world.fit(NO_ROWS, gold))[0] - 0.01


def test_how_much_each_regression_counts(world: World) -> None:
    model = world.fit(world.rows(TRAIN, wrong=0.3), world.rows(DEV))
    assert sum(model.pooled.values()) == pytest.approx(1)
    assert model.pooled["constant"] < 0.1
    assert set(world.fit(world.rows(TRAIN), NO_ROWS).pooled) == {"weak"}
    assert "weak" not in world.fit(NO_ROWS, world.rows(DEV)).pooled


def test_reviews_count_more(world: World) -> None:
    weak = world.rows(TRAIN, wrong=0.3)
    weak = TrainingRows(weak.user_idx, weak.book_idx, weak.p_positive, np.arange(len(weak)) % 2 == 0)
    gold = world.rows(range(500, 520))
    fitted = [
        fit_rating(world, world.histories, AUTHOR, weak, gold, review_weight=1.0, weak_weight=w) for w in (1.0, 0.01)
    ]
    assert not np.allclose(fitted[0].linear.coef, fitted[1].linear.coef)


@pytest.mark.parametrize("dealt_out", [True, False], ids=["noise", "as good"])
def test_labels_without_a_review_are_used_where_gold_says_so(world: World, dealt_out: bool) -> None:
    weak = world.rows(TRAIN, wrong=0.1)
    said = weak.user_idx < 100
    labels = weak.p_positive.copy()
    if dealt_out:
        labels[~said] = np.random.default_rng(0).permutation(labels[~said])
    weak = TrainingRows(weak.user_idx, weak.book_idx, labels, said)
    gold = world.rows(range(500, 540))
    model = fit_rating(world, world.histories, AUTHOR, weak, gold, weak_weight=1.0)
    assert model.weak.books.count.sum() == (said.sum() if dealt_out else len(weak))


@pytest.mark.parametrize("n_users", [1, 2])
def test_gold_of_one_or_two_users(world: World, n_users: int) -> None:
    model = world.fit(world.rows(TRAIN, wrong=0.3), world.rows(range(500, 500 + n_users)))
    assert world.measured(model)[0] > 0.6


def test_the_same_rows_give_the_same_model_and_arrays_bring_it_back(world: World) -> None:
    weak, gold = world.rows(TRAIN, wrong=0.3), world.rows(DEV)
    first, again = world.fit(weak, gold), world.fit(weak, gold)
    assert (first.linear.coef == again.linear.coef).all()
    back = RatingModel.from_arrays({name: np.asarray(value) for name, value in first.arrays().items()})
    assert world.measured(back) == world.measured(first)
    assert back.pooled == first.pooled


def test_what_was_said_of_users_that_were_left_out(world: World) -> None:
    """About as good as on new users, and of a single user there is nothing."""
    gold = world.rows(DEV)
    model = world.fit(world.rows(TRAIN, wrong=0.3), gold)
    assert model.held_out_gold.tolist() == gold.p_positive.tolist()
    there = metrics_against(model.held_out_gold.astype(np.int64), model.held_out)
    assert there["auc"] == pytest.approx(world.measured(model)[0], abs=0.03)
    assert len(world.fit(world.rows(TRAIN), world.rows(range(500, 501))).held_out) == 0

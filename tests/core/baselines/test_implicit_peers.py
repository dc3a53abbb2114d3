"""Peers from outside; skipped where requirements-peers.txt is not installed."""

import numpy as np
import pytest

from tests.core.conftest import MakeRatings
from weakrec_core.baselines.base import Inputs, NetworkTrainer
from weakrec_core.baselines.implicit_peers import AlsBaseline, BprBaseline
from weakrec_core.data.training_rows import NO_ROWS

pytest.importorskip("implicit")


@pytest.mark.parametrize("baseline", [AlsBaseline(), BprBaseline()])
def test_books_of_the_readers_kind_come_first(baseline: AlsBaseline | BprBaseline, make_ratings: MakeRatings) -> None:
    rng = np.random.default_rng(0)
    readers = []
    for i, split in enumerate(["train"] * 60 + ["dev", "valid", "test"] * 5):
        own = np.arange(15) + 15 * (i % 2)
        readers.append((split, {int(b): 1 for b in rng.permutation(own)[:8]}, ()))
    dataset = make_ratings(readers, n_books=30)
    trainer = NetworkTrainer(lambda name, gold: pytest.fail("it trains a network"), True, {})
    model = baseline.fit(Inputs(dataset, NO_ROWS, 0, trainer))
    for user in dataset.split("test")["user_idx"].unique():
        scores = model.score_users(dataset.histories, np.array([user]))[0]
        history = dataset.histories.of(int(user))
        other = np.setdiff1d(np.arange(30), history)
        own = other // 15 == history[0] // 15
        assert scores[other[own]].mean() > scores[other[~own]].mean()

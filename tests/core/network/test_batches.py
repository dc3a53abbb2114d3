from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from weakrec_core.data.histories import Histories
from weakrec_core.data.training_rows import TrainingRows
from weakrec_core.network.batches import (
    GOLD_SOURCE,
    NEGATIVE_SOURCE,
    WEAK_SOURCE,
    Batch,
    Batcher,
    encode_rows,
)

HISTORIES = Histories(np.array([0, 3, 3, 5]), np.array([0, 2, 4, 1, 3], np.int32))  # user 1 has read nothing


def rows(users: list[int], books: list[int], labels: list[float]) -> TrainingRows:
    return TrainingRows(np.array(users, np.int32), np.array(books, np.int32), np.array(labels, np.float32))


def batcher(**changes: Any) -> Batcher:
    options: dict[str, Any] = {"batch_size": 100, "negatives": 1, "holdout": False} | changes
    weak = rows([0, 0, 2, 2], [0, 2, 1, 3], [0.9, 0.2, 0.5, 0.7])
    return Batcher(HISTORIES, 6, np.arange(3), weak, rows([0], [4], [1]), **options)


def examples(batches: list[Batch], users: NDArray[np.int64]) -> list[tuple[int, int, float, int]]:
    """(user, book, label, source) of every row; `users` as the epoch orders them."""
    found, start = [], 0
    for batch in batches:
        n_users = int(batch.inputs["history_user"].max()) + 1
        user = users[start + batch.inputs["row_user"]]
        start += n_users
        book = batch.inputs["row_book"] - 1
        found += list(zip(user.tolist(), book.tolist(), batch.label.tolist(), batch.source.tolist(), strict=True))
    return found


def test_gather_keeps_the_order_of_the_users() -> None:
    books, segment = HISTORIES.gather(np.array([2, 1, 0, 2]))
    assert books.tolist() == [1, 3, 0, 2, 4, 1, 3]
    assert segment.tolist() == [0, 0, 2, 2, 2, 3, 3]


def test_each_history_is_led_by_one_padding_entry() -> None:
    inputs = encode_rows(HISTORIES, np.array([2, 0, 1, 2]), np.array([3, 1, 5, 0]))
    assert inputs["history_book"].tolist() == [0, 1, 3, 5, 0, 0, 2, 4]
    assert inputs["history_user"].tolist() == [0, 0, 0, 0, 1, 2, 2, 2]
    assert inputs["row_user"].tolist() == [2, 0, 1, 2]
    assert inputs["row_book"].tolist() == [4, 2, 6, 1]
    assert inputs["row_in_history"].tolist() == [1, 0, 0, 0]


def test_no_rows() -> None:
    inputs = encode_rows(HISTORIES, np.zeros(0, np.int64), np.zeros(0, np.int32))
    assert all(len(values) == 0 for values in inputs.values())


@pytest.mark.parametrize("batch_size", [1, 4, 100])
def test_an_epoch_has_every_row_once_and_a_negative_for_each_positive(batch_size: int) -> None:
    order = np.random.default_rng(5).permutation(3)
    batches = list(batcher(batch_size=batch_size).epoch(np.random.default_rng(5)))
    found = examples(batches, order)
    labeled = sorted((u, b, round(p, 3), s) for u, b, p, s in found if s != NEGATIVE_SOURCE)
    assert labeled == [
        (0, 0, 0.9, WEAK_SOURCE),
        (0, 2, 0.2, WEAK_SOURCE),
        (0, 4, 1.0, GOLD_SOURCE),
        (2, 1, 0.5, WEAK_SOURCE),
        (2, 3, 0.7, WEAK_SOURCE),
    ]
    negatives = [(u, b, p) for u, b, p, s in found if s == NEGATIVE_SOURCE]
    assert sorted(u for u, _, _ in negatives) == [0, 0, 2]
    for user, book, label in negatives:
        assert label == 0
        assert book not in HISTORIES.of(user)


def test_more_negatives_weigh_as_much_together() -> None:
    batches = list(batcher(negatives=4).epoch(np.random.default_rng(0)))
    source = np.concatenate([b.source for b in batches])
    weight = np.concatenate([b.weight for b in batches])
    assert (source == NEGATIVE_SOURCE).sum() == 12
    assert weight[source == NEGATIVE_SOURCE].sum() == pytest.approx(3)
    assert (weight[source != NEGATIVE_SOURCE] == 1).all()


def test_a_history_is_split_into_a_seen_and_a_held_out_part() -> None:
    rng = np.random.default_rng(0)
    indptr = np.arange(0, 40 * 50 + 1, 50)
    histories = Histories(indptr, np.tile(np.arange(50, dtype=np.int32), 40))
    none = rows([], [], [])
    batches = list(
        Batcher(histories, 60, np.arange(40), none, none, batch_size=500, negatives=1, holdout=True).epoch(rng)
    )
    assert len(batches) > 1
    shares = []
    for batch in batches:
        seen, user = batch.inputs["history_book"], batch.inputs["history_user"]
        for u in range(user.max() + 1):
            kept = seen[(user == u) & (seen > 0)] - 1
            held = batch.held_book[batch.held_user == u]
            assert sorted([*kept, *held]) == list(range(50))
            shares.append(len(held) / 50)
    assert len(shares) == 40
    assert 0.3 < np.mean(shares) < 0.5


def test_the_own_book_counts_as_in_the_history_only_while_it_is_seen() -> None:
    for batch in batcher(holdout=True).epoch(np.random.default_rng(2)):
        seen = set(zip(batch.inputs["history_user"].tolist(), batch.inputs["history_book"].tolist(), strict=True))
        own = zip(batch.inputs["row_user"].tolist(), batch.inputs["row_book"].tolist(), strict=True)
        assert batch.inputs["row_in_history"].tolist() == [float(pair in seen) for pair in own]


def test_batches_are_made_of_whole_users_and_about_the_size_asked_for() -> None:
    n_users, per_user = 400, 5
    users = np.repeat(np.arange(n_users, dtype=np.int32), per_user)
    some = TrainingRows(users, np.tile(np.arange(per_user, dtype=np.int32), n_users), np.zeros(len(users), np.float32))
    histories = Histories.from_pairs(users, some.book_idx, n_users)
    made = Batcher(histories, 9, np.arange(n_users), some, rows([], [], []), batch_size=64, negatives=1, holdout=False)
    sizes = [b.n_examples for b in made.epoch(np.random.default_rng(0))]
    assert sum(sizes) == 2000
    assert all(size % per_user == 0 for size in sizes)
    assert all(abs(size - 64) <= per_user for size in sizes[1:-1])

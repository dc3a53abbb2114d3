import numpy as np

from tests.core.conftest import MakeRatings
from weakrec_core.data.training_rows import NO_ROWS
from weakrec_core.network.presets.registry import train_config
from weakrec_core.network.training import train


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

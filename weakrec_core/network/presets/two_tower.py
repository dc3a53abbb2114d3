"""Two towers that meet in a score of how much a book is to the user's taste."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from weakrec_core.data.dataset import Dataset
from weakrec_core.data.training_rows import count_readers
from weakrec_core.network.config import TrainConfig
from weakrec_core.network.model import (
    Network,
    batch_inputs,
    dense_logit,
    embedding,
    layer_seeds,
    pool,
    table,
    without_own_book,
)

_SCALE = 2.5  # of the score, where users have length 1 and books start with length 1


def build_two_tower(
    features: NDArray[np.float32], authors: NDArray[np.int32], readers: NDArray[np.int64], config: TrainConfig
) -> Network:
    """Two towers that meet in a score of how much a book is to the user's taste.

    A book's vector is its embedding plus its first author's; a user's is the mean of the vectors of the history,
    scaled to length 1. Their product, the book's bias and what the history's books of the same author say make the score.
    A linear layer over the score and its summary, behind a stopped gradient, gives the logit of reading. ``taste`` is what
    a `RatingModel` looks at: `weakrec_core.network.model.N_SUMMARY` columns (score, cosine, bias, size of the history, books of the author in it, the
    book's features), then the elementwise product of the towers.

    Parameters
    ----------
    features : float32 array, shape [n_books, 3]
        See `book_features`.
    authors : int32 array, shape [n_books]
        See `author_numbers`.
    readers : int array, shape [n_books]
        Users to train on that have the book in their history.
    """
    import keras
    from keras import ops

    seeds = layer_seeds(config)
    n_books = len(features)
    book_table = embedding(n_books, config.embed_dim, next(seeds), "book", 1 / config.embed_dim**0.5)
    author_table = embedding(int(authors.max(initial=0)), config.embed_dim, next(seeds), "author", 0.05)
    popularity = np.log(readers + 1.0)
    bias_table = table((popularity - popularity.mean())[:, None], "book_bias")
    author_of = table(authors[:, None], "author_of_book", trainable=False)
    features_of = table(features, "book_features", trainable=False)
    of_author = keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros", name="books_of_author")

    def author(book: Any) -> Any:
        return ops.cast(author_of(book)[:, 0], "int32")

    def vector(book: Any) -> Any:
        return book_table(book) + author_table(author(book))

    def user_vector(total: Any, count: Any) -> Any:
        mean = total / ops.maximum(count, 1.0)
        return mean * ops.rsqrt(ops.sum(mean * mean, axis=1, keepdims=True) + 1e-6)

    def author_score(count: Any) -> Any:
        """Of books by an author of whom the history has that many, shape [n, 1]."""
        return of_author(ops.concatenate([ops.log1p(count), ops.minimum(count, 1.0)], axis=1))

    inputs = batch_inputs() | {"catalogue": keras.Input(batch_shape=(None,), dtype="int32", name="catalogue")}
    total, count = pool(vector(inputs["history_book"]), inputs)
    n_authors = int(authors.max(initial=0)) + 1
    of_authors = _author_counts(author(inputs["history_book"]), inputs["history_user"], n_authors)
    book, bias = vector(inputs["row_book"]), bias_table(inputs["row_book"])
    row_author = author(inputs["row_book"])
    row_total, row_count = without_own_book(total, count, book, inputs)
    of_row_author = ops.take(of_authors, inputs["row_user"] * n_authors + row_author)[:, None]
    known = ops.cast(row_author > 0, "float32")[:, None]
    of_row_author = known * ops.maximum(of_row_author - inputs["row_in_history"][:, None], 0.0)
    product = ops.stop_gradient(user_vector(row_total, row_count) * book)
    affinity = ops.sum(product, axis=1, keepdims=True)
    length = ops.sqrt(ops.sum(ops.stop_gradient(book) ** 2, axis=1, keepdims=True) + 1e-6)
    score = ops.stop_gradient(_SCALE * affinity + bias + author_score(of_row_author))
    summary = ops.concatenate(
        [
            3 * affinity,
            3 * affinity / length,
            ops.stop_gradient(bias),
            ops.log1p(row_count) / 4,
            ops.log1p(of_row_author),
            features_of(inputs["row_book"]),
        ],
        axis=1,
    )
    taste = ops.concatenate([summary, product / length * config.embed_dim**0.5], axis=1)
    read = dense_logit(ops.concatenate([score, summary], axis=1), next(seeds), "read")

    catalogue = inputs["catalogue"]
    by_author = ops.reshape(author_score(of_authors[:, None]), (-1, n_authors))
    catalogue_score = _SCALE * ops.matmul(user_vector(total, count), ops.transpose(vector(catalogue)))
    catalogue_author = author(catalogue)
    catalogue_score += ops.take(by_author, catalogue_author, axis=1) * ops.cast(catalogue_author > 0, "float32")
    catalogue_score += bias_table(catalogue)[:, 0]
    outputs = {
        "taste": taste,
        "read": ops.sigmoid(read),
        "score": score[:, 0],
        "catalogue": catalogue_score,
    }
    logits = {"read": read, "catalogue": catalogue_score}
    return Network(keras.Model(inputs, outputs), keras.Model(inputs, logits))


def _author_counts(author: Any, user: Any, n_authors: int) -> Any:
    """Books of each author in each history, flat, shape [n_users * n_authors]; at 0 those without an author."""
    from keras import ops

    keys = user * n_authors + author
    # An entry that counts nothing makes a place for every author of the last user.
    last = (ops.max(user, keepdims=True, initial=0) + 1) * n_authors - 1
    keys = ops.sort(ops.concatenate([keys, last]))
    one = ops.cast(ops.concatenate([author >= 0, last < 0]), "float32")
    return ops.segment_sum(one, keys, sorted=True)


def book_features(dataset: Dataset, users: NDArray[np.integer]) -> NDArray[np.float32]:
    """Average rating, log of the number of ratings, log of the number of readers among `users`, each standardised.

    Returns
    -------
    float32 array, shape [n_books, 3]
        0, the mean, where not known.
    """
    columns = [
        dataset.books["average_rating"].to_numpy(np.float64),
        np.log1p(dataset.books["ratings_count"].to_numpy(np.float64)),
        np.log1p(count_readers(dataset, users)),
    ]
    return np.stack([_standardised(column) for column in columns], axis=1).astype(np.float32)


def author_numbers(dataset: Dataset) -> NDArray[np.int32]:
    """The first author of each book as a number from 1 on; 0 = not known. Shape [n_books]."""
    return dataset.books["first_author"].astype("category").cat.codes.to_numpy(np.int32) + np.int32(1)


def _standardised(column: NDArray[np.float64]) -> NDArray[np.float64]:
    known = column[np.isfinite(column)]
    if len(known) == 0:
        return np.zeros_like(column)
    return np.asarray(np.nan_to_num((column - known.mean()) / max(float(known.std()), 1e-6)))

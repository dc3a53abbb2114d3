"""Files in the UCSD Goodreads format of any size, invented quickly: for what is measured of reading, not of learning."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from weakrec_core.data.demo.raw_files import hex_ids, write_lines
from weakrec_core.data.demo.reviews import ReviewWriter

_LEVEL = 6  # gzip's own, which the UCSD files are packed with
_TEXTS = 6_000  # distinct ones, put together to reviews
_PIECES, _STEP = (
    5.4,
    7_919,
)  # of a review in the mean, which makes 800 characters, as UCSD's have; which follow one another
_READER = 60  # books of a reader, the median
_DAYS = [f"Wed Mar {1 + d % 28:02d} 12:00:00 -0700 {2007 + d // 28 % 11}" for d in range(28 * 11)]


def ucsd_files(folder: Path, interactions: int, seed: int = 0) -> dict[str, Path]:
    """The three files, made where `folder` does not have them yet: 60,000 books and 500,000 reviews to 5 million interactions.

    Returns
    -------
    dict with the paths ``books``, ``interactions`` and ``reviews``
    """
    books, reviews = max(interactions * 12 // 1000, 200), interactions // 10
    files = {kind: folder / f"ucsd_{kind}_{interactions}.json.gz" for kind in ("books", "interactions", "reviews")}
    if all(path.exists() for path in files.values()):
        return files
    rng = np.random.default_rng(seed)
    popularity = rng.pareto(1.2, books) + 0.05
    _write(files["books"], _book_lines(popularity, rng))
    sizes = np.exp(rng.normal(np.log(_READER), 0.6, interactions // 40)).astype(np.int64).clip(5, 320)
    reader = np.repeat(np.arange(len(sizes)), sizes)[:interactions]
    book = np.searchsorted(np.cumsum(popularity / popularity.sum()), rng.random(interactions)).clip(max=books - 1)
    rating = rng.choice(6, interactions, p=[0.45, 0.02, 0.05, 0.13, 0.17, 0.18])
    day = rng.integers(len(_DAYS), size=interactions)
    user_ids, review_ids = hex_ids(rng, len(sizes)), hex_ids(rng, interactions)
    log = (reader, book, rating, day)
    _write(files["interactions"], _interaction_lines(log, user_ids, review_ids))
    reviewed = np.sort(rng.choice(interactions, reviews, replace=False))
    _write(files["reviews"], _review_lines(tuple(c[reviewed] for c in log), user_ids, review_ids, rng))
    return files


def _book_lines(popularity: NDArray[np.float64], rng: np.random.Generator) -> Iterable[str]:
    n = len(popularity)
    ratings = (400 * popularity).astype(np.int64)
    author, average = rng.integers(max(n // 4, 1), size=n), rng.uniform(3, 4.6, n)
    similar = rng.integers(n, size=(n, 8))
    return (
        json.dumps(
            {
                "isbn": "",
                "text_reviews_count": str(ratings[i] // 9),
                "country_code": "US",
                "language_code": "eng",
                "popular_shelves": [{"count": str(count), "name": f"shelf-{count}"} for count in range(8)],
                "average_rating": f"{average[i]:.2f}",
                "similar_books": [str(100 + s) for s in similar[i]],
                "description": f"The description of book {i}, in a few sentences. " * 8,
                "authors": [{"author_id": str(author[i]), "role": ""}],
                "book_id": str(100 + i),
                "ratings_count": str(ratings[i]),
                "title": f"The title of book {i}",
            }
        )
        for i in range(n)
    )


def _interaction_lines(log: tuple[NDArray[np.int64], ...], user_ids: list[str], review_ids: list[str]) -> Iterator[str]:
    for reader, book, rating, day, review in zip(*(column.tolist() for column in log), review_ids, strict=False):
        yield (  # nothing needs escaping
            f'{{"user_id": "{user_ids[reader]}", "book_id": "{100 + book}", "review_id": "{review}", '
            f'"is_read": {"true" if rating else "false"}, "rating": {rating}, "review_text_incomplete": "", '
            f'"date_added": "{_DAYS[day]}", "date_updated": "{_DAYS[day]}", "read_at": "", "started_at": ""}}'
        )


def _review_lines(
    log: tuple[NDArray[np.int64], ...], user_ids: list[str], review_ids: list[str], rng: np.random.Generator
) -> Iterator[str]:
    writer, n = ReviewWriter(rng), len(log[0])
    written = [writer.write(1 + i % 5, "en", "The title", "The author") for i in range(min(_TEXTS, n))]
    pieces = rng.geometric(1 / _PIECES, n).tolist()
    for i, (reader, book, rating, day) in enumerate(zip(*(column.tolist() for column in log), strict=True)):
        pick = (_STEP * (i + j) % len(written) for j in range(pieces[i]))
        text = json.dumps(" ".join([*map(written.__getitem__, pick), str(i)]), ensure_ascii=False)
        yield (
            f'{{"user_id": "{user_ids[reader]}", "book_id": "{100 + book}", "review_id": "{review_ids[i]}", '
            f'"rating": {rating}, "review_text": {text}, "date_added": "{_DAYS[day]}", "date_updated": "{_DAYS[day]}", '
            '"read_at": "", "started_at": "", "n_votes": 0, "n_comments": 0}'
        )


def _write(path: Path, lines: Iterable[str]) -> None:
    if not path.exists():
        write_lines(path, lines, _LEVEL)

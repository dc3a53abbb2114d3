"""A synthetic demo in the format of the UCSD Goodreads files: invented readers, authors, books and reviews.

Latent tastes decide who reads and who likes what: a reader picks books by taste, popularity and loyalty to authors,
and rates them by taste, the book's quality, the reader's generosity and noise. The constants are set so that the
tutorial's labeling functions do about as well as on its own data. Nothing is taken from real data.
"""

import gzip
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from weakrec_core.data.demo.catalogue import GENRES, TASTE_DIMS, Catalogue, Floats, Ints, invent_catalogue, unit
from weakrec_core.data.demo.reviews import LANGUAGES, ReviewWriter
from weakrec_core.errors import DataError
from weakrec_core.files import atomic
from weakrec_core.progress import Progress, no_progress

_ENGLISH = 0.93  # share of readers who write English
_DAYS = [f"{date(2009, 1, 1) + timedelta(days=i):%a %b %d 12:00:00 -0700 %Y}" for i in range(9 * 365)]
_BLANK = (
    "isbn asin kindle_asin link publisher publication_day isbn13 publication_month edition_information url image_url"
)


@dataclass(frozen=True)
class Profile:
    """What a demo is like.

    Attributes
    ----------
    taste, quality, generosity, noise : float
        What a rating is made of: how well the book suits the reader, how good it is, how kind the reader is, chance.
    below : tuple of float
        Share of ratings below 2, 3, 4 and 5.
    reviewed : float
        Share of rated books with a review, of a reader who is neither talkative nor taciturn.
    sentences : int or None
        Of a review, at most.
    books : int or None
        The most popular ones only.
    size : float
        Books of a reader, the median.
    """

    taste: float
    quality: float
    generosity: float
    noise: float
    below: tuple[float, float, float, float]
    reviewed: float
    sentences: int | None
    books: int | None
    size: float


PROFILES = {
    # Readers differ in taste, books little in quality: what a reader likes is told by what else is read.
    "books": Profile(0.52, 0.22, 0.18, 0.80, (0.035, 0.115, 0.358, 0.68), 0.157, None, None, 42.0),
    # Critics of a few hundred films that differ much in quality, a line on nearly each: the average of a film tells most.
    "films": Profile(0.18, 0.70, 0.25, 0.65, (0.10, 0.22, 0.40, 0.75), 0.9, 1, 400, 45.0),
}


@dataclass(frozen=True)
class _Interactions:
    """Parallel arrays, sorted by reader."""

    reader: Ints
    book: Ints
    opinion: Ints  # 1-5, whether or not it was given as a rating
    is_read: NDArray[np.bool_]
    is_rated: NDArray[np.bool_]
    is_reviewed: NDArray[np.bool_]
    day: Ints


def write_demo(
    out: Path, *, users: int = 4_900, seed: int = 0, profile: str = "books", progress: Progress = no_progress
) -> dict[str, Path]:
    """Write the three files of a synthetic demo; the same arguments give the same bytes.

    Parameters
    ----------
    out : Path
        Directory, made if missing.
    users : int
        Readers to invent, before the ingest's filter; the books do not depend on it.
    seed : int
    profile : str
        One of `PROFILES`.
    progress : Progress

    Returns
    -------
    dict with the paths ``books``, ``interactions`` and ``reviews``
        Gzipped JSON lines with the fields of the UCSD files. One is extra: ``author_name`` in the entries of a book's
        ``authors``, since the UCSD books have author ids only. Rating 0 = not rated.

    Raises
    ------
    DataError
        If `users` is below 1, `seed` is negative, or there is no such profile.
    """
    if profile not in PROFILES:
        raise DataError(f"There is no demo {profile[:40]!r}; there are: {', '.join(PROFILES)}.")
    like = PROFILES[profile]
    if users < 1 or seed < 0:
        raise DataError(f"A demo needs users >= 1 and a seed >= 0, not users={users} and seed={seed}.")
    files = {kind: out / f"goodreads_{kind}_demo.json.gz" for kind in ("books", "interactions", "reviews")}
    rng_books, rng_readers, rng_text = np.random.default_rng(seed).spawn(3)
    progress(0.0, "Inventing books")
    catalogue = invent_catalogue(rng_books)
    if like.books is not None:
        catalogue = catalogue.most_popular(like.books)
    write_lines(files["books"], _book_lines(catalogue, rng_books))
    progress(0.1, "Inventing readers")
    log = _invent_interactions(catalogue, users, rng_readers, like)
    user_ids, review_ids = hex_ids(rng_readers, users), hex_ids(rng_readers, len(log.book))
    progress(0.5, "Writing interactions")
    write_lines(files["interactions"], _interaction_lines(log, catalogue, user_ids, review_ids))
    progress(0.75, "Writing reviews")
    write_lines(files["reviews"], _review_lines(log, catalogue, user_ids, review_ids, rng_text, like))
    progress(1.0, "Demo written")
    return files


def _invent_interactions(catalogue: Catalogue, users: int, rng: np.random.Generator, like: Profile) -> _Interactions:
    genres = rng.dirichlet(np.full(len(GENRES), 0.2), users)
    taste = unit(genres @ catalogue.genre_taste + 0.12 * rng.standard_normal((users, TASTE_DIMS)))
    size = np.exp(rng.normal(np.log(like.size), 0.55, users)).astype(np.int64).clip(5, 320)
    blocks = []
    for start in range(0, users, 256):  # bounds the memory of the [readers, books] matrices
        part = slice(start, start + 256)
        fit = taste[part] @ catalogue.taste.T
        loyalty = _loyalty(taste[part] @ catalogue.author_taste.T, catalogue.author, rng)
        by_hearsay = rng.random(fit.shape, np.float32) < 0.15  # books one hears of whatever one's taste
        wish = np.where(by_hearsay, 1.2, 5.0 * fit) + 0.95 * catalogue.popularity + loyalty
        books = _highest(wish + _gumbel(fit.shape, rng), size[part].max())
        row, rank = np.nonzero(np.arange(books.shape[1]) < size[part, None])
        blocks.append((row + start, books[row, rank], fit[row, books[row, rank]]))
    reader, book, match = (np.concatenate(arrays) for arrays in zip(*blocks, strict=True))
    n = len(book)
    liking = (
        like.taste * (match - match.mean()) / match.std()
        + like.quality * catalogue.quality[book]
        + like.generosity * rng.standard_normal(users)[reader]
        + like.noise * rng.standard_normal(n)
    )
    is_read = rng.random(n) < 0.72
    is_rated = is_read & (rng.random(n) < 0.73)
    opinion = 1 + np.digitize(liking, np.quantile(liking[is_rated], like.below))
    talkative = np.exp(rng.normal(0.0, 0.6, users))[reader]
    is_reviewed = rng.random(n) < talkative * np.where(is_rated, like.reviewed, np.where(is_read, 0.02, 0.004))
    return _Interactions(reader, book, opinion, is_read, is_rated, is_reviewed, rng.integers(len(_DAYS), size=n))


def _loyalty(fit: Floats, author: Ints, rng: np.random.Generator) -> Floats:
    """What the author's name adds to the wish for a book, [n_readers, n_books]: each reader has three favourites."""
    favourites = _highest(
        3.0 * fit + np.log(np.maximum(np.bincount(author, minlength=fit.shape[1]), 1e-3)) + _gumbel(fit.shape, rng), 3
    )
    loyalty = np.zeros_like(fit)
    np.put_along_axis(loyalty, favourites, rng.gamma(2.0, 1.36, favourites.shape).astype(np.float32), axis=1)
    return loyalty[:, author]


def _gumbel(shape: tuple[int, ...], rng: np.random.Generator) -> Floats:
    """Gumbel noise: the k highest of (wish + noise) are k draws in proportion to exp(wish), none twice."""
    return -np.log(np.maximum(rng.standard_exponential(shape, np.float32), 1e-9))


def _highest(scores: NDArray[np.floating], k: int) -> Ints:
    """Columns of the `k` highest scores of each row, highest first."""
    top = np.argpartition(-scores, k, axis=1)[:, :k]
    return np.take_along_axis(top, np.argsort(-np.take_along_axis(scores, top, 1), axis=1), 1)


def _book_lines(catalogue: Catalogue, rng: np.random.Generator) -> Iterable[str]:
    c, n = catalogue, len(catalogue.ids)
    ratings = np.exp(c.popularity).astype(np.int64)
    average = (3.9 + 0.2 * c.quality + 0.08 * rng.standard_normal(n)).clip(2.5, 4.8)
    alike = _highest(c.taste @ c.taste.T - 9 * np.eye(n, dtype=np.float32), 12)
    n_alike, is_ebook = rng.integers(13, size=n), rng.random(n) < 0.3
    pages, year = rng.integers(180, 620, n), rng.integers(1998, 2018, n)
    language = rng.choice(["eng", "en-US", "en-GB", ""], n, p=[0.6, 0.15, 0.05, 0.2])
    for i, book_id in enumerate(c.ids):
        genre, author = GENRES[c.genre[i]], c.author[i]
        record = dict.fromkeys(_BLANK.split(), "") | {
            "book_id": book_id,
            "work_id": book_id,
            "title": c.full_title(i),
            "title_without_series": c.titles[i],
            "authors": [{"author_id": str(40_000 + author), "role": "", "author_name": c.author_names[author]}],
            "series": [str(700_000 + c.series[i])] if c.series[i] >= 0 else [],
            "average_rating": f"{average[i]:.2f}",
            "ratings_count": str(ratings[i]),
            "text_reviews_count": str(ratings[i] // 9),
            "similar_books": [c.ids[j] for j in alike[i, : n_alike[i]]],
            "description": f"Synthetic book. A {genre} novel that exists in this demo only.",
            "popular_shelves": [{"count": str(ratings[i] // 20), "name": genre}],
            "country_code": "US",
            "language_code": str(language[i]),
            "is_ebook": "true" if is_ebook[i] else "false",
            "format": "ebook" if is_ebook[i] else "Paperback",
            "num_pages": str(pages[i]),
            "publication_year": str(year[i]),
        }
        yield json.dumps(record)


def _interaction_lines(
    log: _Interactions, catalogue: Catalogue, user_ids: list[str], review_ids: list[str]
) -> Iterable[str]:
    ids = catalogue.ids
    rating = np.where(log.is_rated, log.opinion, 0)
    columns = (log.reader, log.book, rating, log.is_read, log.day)
    rows = zip(*(column.tolist() for column in columns), review_ids, strict=True)
    for reader, book, stars, is_read, day, review_id in rows:
        yield (  # ids and dates need no escaping, and json.dumps would take thrice the time
            f'{{"user_id": "{user_ids[reader]}", "book_id": "{ids[book]}", "review_id": "{review_id}", '
            f'"is_read": {"true" if is_read else "false"}, "rating": {stars}, "review_text_incomplete": "", '
            f'"date_added": "{_DAYS[day]}", "date_updated": "{_DAYS[day]}", '
            f'"read_at": "{_DAYS[day] if is_read else ""}", "started_at": ""}}'
        )


def _review_lines(
    log: _Interactions,
    catalogue: Catalogue,
    user_ids: list[str],
    review_ids: list[str],
    rng: np.random.Generator,
    like: Profile,
) -> Iterable[str]:
    others = len(LANGUAGES) - 1
    language = rng.choice(LANGUAGES, len(user_ids), p=[_ENGLISH, *[(1 - _ENGLISH) / others] * others]).tolist()
    writer = ReviewWriter(rng, like.sentences)
    rows = np.flatnonzero(log.is_reviewed)
    votes, comments = rng.poisson(0.8, len(rows)).tolist(), rng.poisson(0.2, len(rows)).tolist()
    for i, n_votes, n_comments in zip(rows.tolist(), votes, comments, strict=True):
        reader, book, day = int(log.reader[i]), int(log.book[i]), _DAYS[log.day[i]]
        opinion, is_read = int(log.opinion[i]), bool(log.is_read[i])
        title, author = catalogue.titles[book], catalogue.author_names[catalogue.author[book]]
        record = {
            "user_id": user_ids[reader],
            "book_id": catalogue.ids[book],
            "review_id": review_ids[i],
            "rating": opinion if log.is_rated[i] else 0,
            "review_text": writer.write(opinion if is_read else None, language[reader], title, author),
            "date_added": day,
            "date_updated": day,
            "read_at": day if is_read else "",
            "started_at": "",
            "n_votes": n_votes,
            "n_comments": n_comments,
        }
        yield json.dumps(record, ensure_ascii=False)


def write_lines(path: Path, lines: Iterable[str], level: int = 1) -> None:
    """Write gzipped lines, with neither name nor time in the header: equal lines give equal bytes."""
    with atomic(path) as tmp, tmp.open("wb") as raw, gzip.GzipFile("", "wb", level, raw, mtime=0) as packed:
        rest = iter(lines)
        while lot := list(islice(rest, 4096)):
            packed.write(("\n".join(lot) + "\n").encode())


def hex_ids(rng: np.random.Generator, n: int) -> list[str]:
    """Ids as Goodreads has them: 32 hexadecimal digits."""
    digits = rng.bytes(16 * n).hex()
    return [digits[i : i + 32] for i in range(0, 32 * n, 32)]

"""What suggestions are chosen from: phrases of the reviews, thresholds of unused signals, keywords of the set."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from weakrec_core.labeling.applied import AppliedSet
from weakrec_core.labeling.apply import Applier
from weakrec_core.labeling.base import LF
from weakrec_core.labeling.conditions import Op, SignalCondition
from weakrec_core.labeling.kinds import CategoryLF, KeywordLF
from weakrec_core.labeling.result_cache import remembered
from weakrec_core.signals import signals_of
from weakrec_core.suggestions.phrases import phrase_incidence, says_something

Labels = NDArray[np.int8]

_MAX_READ = 20_000  # reviews of train
_MIN_REVIEWS, _MIN_SHARE = 5, 0.002  # a phrase is in at least as many reviews, and in this share of them
_MIN_USERS = 5  # some write the same words under all their reviews
_MAX_SHARE = 0.1  # of the reviews: what is in more of them says little, in any language
_TAILS = (0.025, 0.05, 0.1, 0.2, 0.3, 0.4)  # shares of the dev rows beyond a threshold
_MOST_VALUES = 100  # of a column, those of the most users
_NOT_OFFERED = {"author_books_with_target"}  # counts the book itself (T13); author_books does not


@dataclass(frozen=True, eq=False)
class ReadPhrases:
    """What the reviews of a dataset offer, whatever LFs there are.

    Attributes
    ----------
    phrases : list of str, length p
    dev, read : scipy.sparse.csr_array, shapes [n_dev, p] and [r, p]
        Where the phrases occur, in dev and in the train reviews that are read.
    dev_tfidf, read_tfidf : scipy.sparse.csr_array
        The same as TF-IDF.
    offered : bool array, shape [p]
        Phrases that can be suggested; all of them serve the text model.
    rows_read : int64 array, shape [r]
        Positions of the reviews that are read in train.
    read_share : float
        Share of the train rows that have a review.
    """

    phrases: list[str]
    dev: Any
    read: Any
    dev_tfidf: Any
    read_tfidf: Any
    offered: NDArray[np.bool_]
    rows_read: NDArray[np.int64]
    read_share: float


@dataclass(frozen=True, eq=False)
class Candidates(ReadPhrases):
    """What selection reads; nothing in it depends on gold.

    Attributes
    ----------
    users : int array, shape [n_dev]
    L : int8 array, shape [n_dev, m]
    L_read : int8 array, shape [r, m]
        Votes on the train reviews that are read.
    thresholds : list of (signal, op, threshold), length t
    categories : list of (column, value), length c
    beyond : bool array, shape [n_dev, t + c]
        Where a signal is beyond a threshold, and where a column of the table has a value.
    only : list of (column of L, rows of dev where the keyword alone makes the LF vote), length d
        The keywords that could be dropped.
    dropped : list of (LF, keyword), length d
        What these are.
    """

    users: NDArray[np.integer]
    L: Labels
    L_read: Labels
    thresholds: list[tuple[str, Op, float]]
    categories: list[tuple[str, str]]
    beyond: NDArray[np.bool_]
    only: list[tuple[int, NDArray[np.int64]]]
    dropped: list[tuple[KeywordLF, str]]


def gather_candidates(applied: AppliedSet) -> Candidates:
    """Read what can be suggested for an LF set."""
    read = read_phrases(applied.applier.regardless_of_gold)
    only, dropped = _droppable(applied)
    thresholds, beyond = _thresholds(applied)
    categories, equal = _categories(applied)
    return Candidates(
        **vars(read) | {"offered": read.offered & _unused(read.phrases, applied.active)},
        users=applied.dataset.split("dev")["user_idx"].to_numpy(),
        L=applied.votes("dev"),
        L_read=applied.votes("train")[read.rows_read],
        thresholds=thresholds,
        categories=categories,
        beyond=np.concatenate([beyond, equal], axis=1),
        only=only,
        dropped=dropped,
    )


@remembered
def read_phrases(applier: Applier) -> ReadPhrases:
    """Read the phrases. Of more than 20,000 train reviews a seeded sample is read."""
    dev, train = (applier.dataset.split(split) for split in ("dev", "train"))
    dev_rows, reviewed = (np.flatnonzero(rows["review_text"].notna()) for rows in (dev, train))
    rows_read = reviewed
    if len(reviewed) > _MAX_READ:
        rows_read = np.sort(np.random.default_rng(0).choice(reviewed, _MAX_READ, replace=False))
    texts = [*dev["review_text"].iloc[dev_rows], *train["review_text"].iloc[rows_read]]
    users = np.concatenate([dev["user_idx"].to_numpy()[dev_rows], train["user_idx"].to_numpy()[rows_read]])
    found = phrase_incidence(texts, max(_MIN_REVIEWS, round(_MIN_SHARE * len(texts))))
    dev_hits, read_hits = _spread(found.hits[: len(dev_rows)], dev_rows, len(dev)), found.hits[len(dev_rows) :]
    return ReadPhrases(
        found.phrases,
        dev_hits,
        read_hits,
        _tfidf(dev_hits, found.hits),
        _tfidf(read_hits, found.hits),
        _offered(found.phrases, found.hits, users),
        rows_read,
        len(reviewed) / max(len(train), 1),
    )


def _spread(hits: Any, rows: NDArray[np.int64], n: int) -> Any:
    """The same rows of a sparse matrix at their positions among n, the others empty."""
    from scipy import sparse

    lengths = np.zeros(n, np.int32)
    lengths[rows] = np.diff(hits.indptr)
    indptr = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    return sparse.csr_array((hits.data, hits.indices, indptr), shape=(n, hits.shape[1]))


def _tfidf(hits: Any, all_hits: Any) -> Any:
    from sklearn.feature_extraction.text import TfidfTransformer

    return TfidfTransformer().fit(all_hits).transform(hits) if hits.nnz else hits


def _offered(phrases: list[str], hits: Any, users: NDArray[np.integer]) -> NDArray[np.bool_]:
    from scipy import sparse

    names, writer = np.unique(users, return_inverse=True)
    by_user = sparse.csr_array((np.ones(len(users)), (writer, np.arange(len(users)))), shape=(len(names), len(users)))
    n_users = np.asarray(((by_user @ hits) > 0).sum(axis=0)).ravel()
    share = np.asarray(hits.sum(axis=0)).ravel() / max(len(users), 1)
    readable = np.array([says_something(p) for p in phrases], bool)
    return readable & (n_users >= _MIN_USERS) & (share <= _MAX_SHARE)


def _unused(phrases: list[str], lfs: Sequence[LF]) -> NDArray[np.bool_]:
    """Phrases that are no keyword of the set."""
    there = {keyword.lower() for _, keyword in _keywords(lfs)}
    return np.array([phrase not in there for phrase in phrases], bool)


def _keywords(lfs: Sequence[LF]) -> Iterator[tuple[KeywordLF, str]]:
    for lf in lfs:
        if isinstance(lf, KeywordLF):
            yield from ((lf, keyword) for group in lf.groups for keyword in group.keywords)


def _droppable(applied: AppliedSet) -> tuple[list[tuple[int, NDArray[np.int64]]], list[tuple[KeywordLF, str]]]:
    """Of every LF with several keywords, each keyword with the dev rows that no other keyword of the LF hits."""
    n = applied.dataset.n_rows("dev")
    column = {name: j for j, name in enumerate(applied.names)}
    only, dropped = [], []
    hits = [
        (lf, keyword, applied.applier.keyword_rows(keyword, lf.matching, lf.case_sensitive))
        for lf, keyword in _keywords(applied.active)
    ]
    for name in dict.fromkeys(lf.name for lf, _, _ in hits):
        of_lf = [item for item in hits if item[0].name == name]
        times = np.bincount(np.concatenate([rows for *_, rows in of_lf]), minlength=n)
        for lf, keyword, rows in of_lf if len(of_lf) > 1 else []:
            only.append((column[name], rows[times[rows] == 1]))
            dropped.append((lf, keyword))
    return only, dropped


def _thresholds(applied: AppliedSet) -> tuple[list[tuple[str, Op, float]], NDArray[np.bool_]]:
    """Thresholds in both tails of the signals that the set does not read, and the dev rows beyond them."""
    offered: list[tuple[str, Op, float]] = []
    beyond = [np.zeros((applied.dataset.n_rows("dev"), 0), bool)]
    signals = {name: signal for name, signal in signals_of(applied.dataset).items() if not signal.warning}
    for name in sorted(signals.keys() - frozenset().union(*(lf.signals_read for lf in applied.active)) - _NOT_OFFERED):
        values = applied.applier.columns["dev"].signal(name)
        known = values[~np.isnan(values)]
        if not len(known):
            continue
        step = signals[name].step
        tails: list[tuple[Op, list[float]]] = [(">=", [1 - tail for tail in _TAILS]), ("<=", list(_TAILS))]
        for op, shares in tails:
            for threshold in np.unique(np.round(np.round(np.quantile(known, shares) / step) * step, 6)):
                held = SignalCondition(signal=name, op=op, threshold=float(threshold)).fires(values)
                if 0 < held.sum() <= len(known) / 2:
                    offered.append((name, op, float(threshold)))
                    beyond.append(held[:, None])
    return offered, np.concatenate(beyond, axis=1)


def _categories(applied: AppliedSet) -> tuple[list[tuple[str, str]], NDArray[np.bool_]]:
    """Values of kept columns that no LF names, of several users and at most half of the rows, and the dev rows that have them."""
    dev = applied.dataset.split("dev")
    named = {
        (lf.column, value)
        for lf in applied.active
        if isinstance(lf, CategoryLF)
        for value in (*lf.positive, *lf.negative)
    }
    offered: list[tuple[str, str]] = []
    equal = [np.zeros((len(dev), 0), bool)]
    for column, kept in applied.dataset.kept_columns.items():
        if kept.kind != "category":
            continue
        values = applied.applier.columns["dev"].category(column)
        pairs = np.unique(np.stack([values.codes, dev["user_idx"].to_numpy()]), axis=1)
        n_users = np.bincount(pairs[0][pairs[0] >= 0], minlength=len(values.categories))
        for code in np.argsort(-n_users, kind="stable")[:_MOST_VALUES]:
            held, value = values.codes == code, str(values.categories[code])
            if n_users[code] >= _MIN_USERS and held.sum() <= len(dev) / 2 and (column, value) not in named:
                offered.append((column, value))
                equal.append(held[:, None])
    return offered, np.concatenate(equal, axis=1)

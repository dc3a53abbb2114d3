"""Dev rows that no LF covers or the label model gets wrong, in groups by what their reviews say, and LFs that could come of a group."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from weakrec_core import LABEL_NAMES, NEGATIVE, POSITIVE
from weakrec_core.error_analysis.buckets import buckets
from weakrec_core.errors import SpecError
from weakrec_core.labeling.applied import AppliedSet
from weakrec_core.labeling.apply import Applier
from weakrec_core.labeling.result_cache import remembered
from weakrec_core.stats.intervals import wilson
from weakrec_core.suggestions.similar_rows import Worth
from weakrec_core.suggestions.telling_phrases import dev_phrases, keyword_draft, phrases_apart, sampled, telling_phrases
from weakrec_core.text_vectors.plane import plane

Lacking = Literal["both", "uncovered", "wrong"]

_MIN_GROUP = 10  # rows a group has on average, at least
_SHOWN = 8  # phrases
_SEEDS = 20  # rows that a similar-LF starts from

Rows = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Group:
    """Some dev rows with reviews, and how they differ from the others.

    Attributes
    ----------
    rows : int64 array
        Positions of the dev rows, the nearest to the centre first.
    n, positive : int
        Rows with gold, and how many of them are POSITIVE.
    ci_low, ci_high : float
        Wilson's 95 % interval of the share that is POSITIVE; NaN without gold.
    label : {1, 0} or None
        The label that is more frequent here than among all gold of dev; None without gold here.
    telling : int64 array
        Columns of `dev_phrases` that are more frequent here than elsewhere, beyond chance, the most telling first.
    phrases : tuple of str
        The first of these that do not hold one another.
    """

    rows: Rows
    n: int
    positive: int
    ci_low: float
    ci_high: float
    label: int | None
    telling: Rows
    phrases: tuple[str, ...]

    def seeds(self, gold: NDArray[np.int8]) -> tuple[int, ...]:
        """The rows nearest to the centre whose gold is the group's label: what a similar-LF starts from."""
        return tuple(int(row) for row in self.rows if gold[row] == self.label)[:_SEEDS]


@dataclass(frozen=True, eq=False)
class Groups:
    """The rows that an LF set lacks, grouped.

    Attributes
    ----------
    groups : tuple of Group
        The largest first.
    n_rows, n_grouped : int
        Rows that are lacking, and those of them that are in a group: with a review that says something, 20,000 at most.
    base_rate : float
        Share of POSITIVE among all gold of dev.
    """

    groups: tuple[Group, ...]
    n_rows: int
    n_grouped: int
    base_rate: float


@remembered
def lacking_groups(applied: AppliedSet, vectors: str, k: int = 8, lacking: Lacking = "both") -> Groups:
    """Group the dev rows that an LF set lacks by k-means on the vectors of their reviews, seeded.

    Parameters
    ----------
    vectors : str
        A key of `weakrec_core.text_vectors.registry.VECTORIZERS`.
    k : int
        Groups; fewer where there are fewer than ten rows a group.
    lacking : {"both", "uncovered", "wrong"}
        Rows no LF votes on, rows that the label model gets wrong, or both.

    Raises
    ------
    SpecError
        If there are fewer than ten such rows with a review, or no such vectors.
    """
    from sklearn.cluster import MiniBatchKMeans

    found = buckets(applied)
    kinds = ("uncovered", "wrong") if lacking == "both" else (lacking,)
    rows = np.flatnonzero(np.any([found.kind(kind) for kind in kinds], axis=0))
    n_rows = len(rows)
    rows = sampled(rows[applied.applier.text_vectors(vectors, "dev").of_row[rows] >= 0])
    matrix = applied.applier.text_vectors(vectors, "dev").of(rows)
    says = matrix.any(axis=1)
    rows, matrix = rows[says], matrix[says]
    if len(rows) < _MIN_GROUP:
        raise SpecError(f"Only {len(rows)} of these rows have a review: too few to group.")
    k = max(min(k, len(rows) // _MIN_GROUP), 1)
    group = MiniBatchKMeans(k, random_state=0, n_init=5, batch_size=1024).fit_predict(matrix)
    parts = sorted((rows[group == i] for i in np.unique(group)), key=len, reverse=True)
    groups = tuple(group_of(applied, part, vectors) for part in parts)
    return Groups(groups, n_rows, len(rows), base_rate(found.gold))


def group_of(applied: AppliedSet, rows: Rows, vectors: str) -> Group:
    """What some dev rows with reviews have in common; `rows` must not be empty."""
    gold = applied.dataset.gold("dev")
    matrix = applied.applier.text_vectors(vectors, "dev").of(rows)
    nearest = np.argsort(-(matrix @ matrix.mean(axis=0)), kind="stable")
    n, positive = int((gold[rows] >= 0).sum()), int((gold[rows] == POSITIVE).sum())
    low, high = (float(bound) for bound in wilson(positive, n))
    label = None if not n else POSITIVE if positive / n >= base_rate(gold) else NEGATIVE
    telling = telling_phrases(applied.applier, rows)
    phrases = phrases_apart([dev_phrases(applied.applier).phrases[j] for j in telling], _SHOWN)
    return Group(rows[nearest], n, positive, low, high, label, telling, phrases)


@remembered
def dev_plane(applier: Applier, vectors: str) -> NDArray[np.float32]:
    """Dev on the plane of its reviews' vectors, shape [n, 2]; NaN where there is no review."""
    return plane(applier.text_vectors(vectors, "dev"))


def base_rate(gold: NDArray[np.int8]) -> float:
    """Share of POSITIVE among rows with gold; 0 without any."""
    return float((gold == POSITIVE).sum() / max((gold >= 0).sum(), 1))


def to_json(applied: AppliedSet, found: Groups, examples: int = 3) -> dict[str, Any]:
    """What the command prints: the groups with their keyword LFs, and the rows nearest to each centre."""
    rows = applied.dataset.split("dev")
    groups = []
    for group in found.groups:
        draft = keyword_draft(applied, group.telling, group.label)
        groups.append(
            {
                "rows": len(group.rows),
                "gold": group.n,
                "positive": group.positive,
                "positive_ci": [group.ci_low, group.ci_high] if group.n else None,
                "label": None if group.label is None else LABEL_NAMES[group.label],
                "phrases": list(group.phrases),
                "keyword_lf": None
                if draft is None
                else {"lf": draft.lf.model_dump(mode="json"), "held_out": _json(draft.held_out)},
                "similar_rows": list(group.seeds(applied.dataset.gold("dev"))),
                "examples": [
                    {
                        "user_id": str(row.user_id),
                        "book_id": str(row.book_id),
                        "gold": row.gold,
                        "review": row.review_text,
                    }
                    for row in rows.iloc[group.rows[:examples]].itertuples()
                ],
            }
        )
    return {"rows": found.n_rows, "grouped": found.n_grouped, "base_rate": found.base_rate, "groups": groups}


def _json(worth: Worth) -> dict[str, Any] | None:
    if not worth.n:
        return None
    names = ("n", "correct", "precision", "ci_low", "ci_high", "base_rate", "lift")
    return {name: getattr(worth, name) for name in names}

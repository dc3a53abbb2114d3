"""Before and after, row by row: the dev rows that a label model decides otherwise for another LF set, and the votes that did it."""

from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from weakrec_core import ABSTAIN, LABEL_NAMES
from weakrec_core.error_analysis.buckets import likelier_label
from weakrec_core.errors import LabelModelError
from weakrec_core.label_model.base import AUTO
from weakrec_core.label_model.calibrated import CalibratedModel
from weakrec_core.label_model.comparing import compared
from weakrec_core.label_model.fitting import label_model_of
from weakrec_core.label_model.label_train import recommended_kind
from weakrec_core.label_model.set_figures import set_figures
from weakrec_core.label_model.snorkel_config import SnorkelConfig
from weakrec_core.labeling.analysis import to_records
from weakrec_core.labeling.applied import AppliedSet
from weakrec_core.stats.probability_metrics import Metrics

MENDED, BROKEN = "mended", "broken"


@dataclass(frozen=True)
class VoteChange:
    """What an LF votes on a row in both sets: POSITIVE, NEGATIVE, or ABSTAIN, also where it is not in the set or off."""

    lf: str
    before: str
    after: str


@dataclass(frozen=True, eq=False)
class Decided:
    """What a label model makes of the dev rows of one LF set.

    Attributes
    ----------
    p_positive : float64 array, shape [n_dev]
        Held out where the model learns from dev's gold.
    said : int8 array, shape [n_dev]
        The likelier label of rows with a vote, else ABSTAIN.
    metrics : dict
        `probability_metrics` on all dev rows with gold.
    """

    p_positive: NDArray[np.float64]
    said: NDArray[np.int8]
    metrics: Metrics


@dataclass(frozen=True, eq=False)
class RowChanges:
    """What going from one LF set to another does to single dev rows; nothing but their number is computed before it is asked for.

    Attributes
    ----------
    before, after : AppliedSet
        Over the same dataset.
    label_model : str
        The kind that decides.
    was, now : Decided
    rows : int64 array, shape [k]
        Positions of the rows with gold whose decision changed, the largest changes of probability first.
    mended : bool array, shape [k]
        True where a row goes from wrong to right, from wrong to no decision, as it has no vote, or from that to right; False
        where it goes the other way and is broken.
    """

    before: AppliedSet
    after: AppliedSet
    label_model: str
    was: Decided
    now: Decided
    rows: NDArray[np.int64]
    mended: NDArray[np.bool_]

    def count(self, change: str) -> int:
        """How many rows are ``mended`` or ``broken``."""
        return int((self.mended == (change == MENDED)).sum())

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row a changed row: row (position in dev), user_id, book_id, gold, change, before, after, p_before, p_after, lfs.

        `before` and `after` are what the label model says: POSITIVE, NEGATIVE, or ABSTAIN on a row without a vote. `lfs` lists
        the LFs whose vote changed; it is empty where the label model only weighs the same votes otherwise.
        """
        dev, rows = self.after.dataset.split("dev"), self.rows
        return pd.DataFrame(
            {
                "row": rows,
                "user_id": dev["user_id"].to_numpy()[rows],
                "book_id": dev["book_id"].to_numpy()[rows],
                "gold": _names(self.after.dataset.gold("dev")[rows]),
                "change": np.where(self.mended, MENDED, BROKEN),
                "before": _names(self.was.said[rows]),
                "after": _names(self.now.said[rows]),
                "p_before": self.was.p_positive[rows],
                "p_after": self.now.p_positive[rows],
                "lfs": [[vote.lf for vote in self.votes(int(row))] for row in rows],
            }
        )

    @cached_property
    def by_lf(self) -> pd.DataFrame:
        """name, mended, broken: of the LFs whose vote changed on a changed row, on how many of each."""
        differs = np.stack([was != now for was, now in self._votes.values()])[:, self.rows] if self._votes else None
        if differs is None:
            return pd.DataFrame({"name": [], MENDED: [], BROKEN: []})
        counts = {MENDED: differs @ self.mended.astype(int), BROKEN: differs @ (~self.mended).astype(int)}
        table = pd.DataFrame({"name": list(self._votes)} | counts)
        return table[(table[MENDED] + table[BROKEN]) > 0].reset_index(drop=True)

    def votes(self, row: int) -> list[VoteChange]:
        """The votes on a dev row that changed, in the order of the sets."""
        return [
            VoteChange(name, LABEL_NAMES[int(was[row])], LABEL_NAMES[int(now[row])])
            for name, (was, now) in self._votes.items()
            if was[row] != now[row]
        ]

    def to_json(self) -> dict[str, Any]:
        """Counts, the figures of both sets beside them, and the rows with the votes that changed, as JSON values."""
        records = to_records(self.table.drop(columns="lfs"))
        return {
            "label_model": self.label_model,
            MENDED: self.count(MENDED),
            BROKEN: self.count(BROKEN),
            "figures": {"before": _figures(self.before, self.was), "after": _figures(self.after, self.now)},
            "lfs": to_records(self.by_lf),
            "rows": [record | {"votes": [asdict(vote) for vote in self.votes(record["row"])]} for record in records],
        }

    @cached_property
    def _votes(self) -> dict[str, tuple[NDArray[np.int8], NDArray[np.int8]]]:
        """By name, the votes on dev before and after, of the LFs that changed."""
        was, now = ({lf.name: lf for lf in applied.active} for applied in (self.before, self.after))
        silent = np.full(len(self.now.said), ABSTAIN, np.int8)
        votes = {
            name: tuple(
                applied.applier.votes(lfs[name], "dev") if name in lfs else silent
                for applied, lfs in ((self.before, was), (self.after, now))
            )
            for name in {**was, **now}
            if was.get(name) != now.get(name)
        }
        return {name: (one, other) for name, (one, other) in votes.items()}


def row_changes(
    before: AppliedSet,
    after: AppliedSet,
    label_model: str = CalibratedModel.kind,
    prior: float | None = None,
    config: SnorkelConfig | None = None,
) -> RowChanges:
    """The dev rows that an LF set mends and breaks, compared with another one over the same dataset.

    Parameters
    ----------
    label_model : str
        One of `LABEL_MODELS`, for both sets; ``auto`` is the one recommended on dev for `after`.
    prior, config
        See `fit_label_model`.

    Raises
    ------
    LabelModelError
        If dev has no gold labels, or the label model cannot be fitted.

    Examples
    --------
    >>> import weakrec_core as wr
    >>> data = wr.load_demo()
    >>> before, after = (wr.load_lf_set(f"lfs/{name}.yaml").apply(data) for name in ("tutorial", "recommended"))
    >>> changes = row_changes(before, after)
    >>> changes.count("mended") > changes.count("broken")
    True
    """
    kind = recommended_kind(after, prior, config) if label_model == AUTO else label_model
    was, now = (decided(applied, kind, prior, config) for applied in (before, after))
    gold = after.dataset.gold("dev")
    change = _standing(now.said, gold) - _standing(was.said, gold)
    rows = np.flatnonzero(change)
    order = np.argsort(-np.abs(now.p_positive[rows] - was.p_positive[rows]), kind="stable")
    return RowChanges(before, after, kind, was, now, rows[order], change[rows[order]] > 0)


def decided(applied: AppliedSet, kind: str, prior: float | None = None, config: SnorkelConfig | None = None) -> Decided:
    """What a label model of that kind makes of dev; `LabelModelError` if dev has no gold labels or it cannot be fitted."""
    has_vote = applied.patterns("dev").covered[applied.pattern_of_row("dev")]
    if kind == CalibratedModel.kind:  # what the pages show of each edit: the other models take seconds
        figures = set_figures(applied)
        if figures.p_positive is None:
            raise LabelModelError("The dev split has no gold labels, so there is no right or wrong to compare.")
        p, metrics = figures.p_positive, figures.everywhere
    else:
        label_model_of(kind)  # says so if there is no such kind
        report = compared(applied, prior, config).reports[kind]
        if report.problem is not None:
            raise LabelModelError(report.problem)
        p, metrics = report.p_positive, report.everywhere
    return Decided(p, likelier_label(p, has_vote), metrics)


def _standing(said: NDArray[np.int8], gold: NDArray[np.int8]) -> NDArray[np.int8]:
    """1 where a decision is right, -1 where it is wrong, 0 where there is none or no gold."""
    judged = (said != ABSTAIN) & (gold != ABSTAIN)
    return np.where(judged, np.where(said == gold, 1, -1), 0).astype(np.int8)


def _names(labels: NDArray[np.int8]) -> list[str]:
    return [LABEL_NAMES[label] for label in labels.tolist()]


def _figures(applied: AppliedSet, decided: Decided) -> dict[str, Any]:
    shares = applied.shares("train")
    metrics = {name: decided.metrics[name] for name in ("accuracy", "auc", "log_loss")}
    return {"lfs": len(applied.active), "train_coverage": shares["coverage"], "conflicts": shares["conflict"]} | metrics

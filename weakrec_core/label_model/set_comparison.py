"""Two LF sets on one dataset: what differs of the whole, and of every LF that was changed."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from weakrec_core.errors import LabelModelError
from weakrec_core.label_model.crossval import silence_pooled
from weakrec_core.label_model.held_out import held_out
from weakrec_core.label_model.set_figures import SetFigures, set_figures
from weakrec_core.labeling.applied import AppliedSet
from weakrec_core.labeling.base import LF
from weakrec_core.labeling.result_cache import remembered
from weakrec_core.stats.bootstrap import Draws, drawn_metrics, percentile_interval
from weakrec_core.stats.verdicts import verdict

_LABEL_MODEL = (("AUC", "auc", True), ("Log loss", "log_loss", False))
_SHARES = (("Train coverage", "train_coverage"), ("Conflicts", "conflicts"))
LF_FIGURES = ("coverage", "lift", "lift_low", "lift_high", "n", "correct", "incorrect")


@dataclass(frozen=True, eq=False)
class SetComparison:
    """What changes from one LF set to another.

    Attributes
    ----------
    whole : DataFrame
        figure; before, after, difference; low, high (its 95 % interval over users, paired; NaN for shares of train, which are
        counted); verdict. The label model is the dev-calibrated one, cross-validated over users.
    lfs : DataFrame
        One row an LF that differs in more than its notes: name, change (added, removed, switched on, switched off, changed);
        `LF_FIGURES` with the suffixes _before and _after on dev, NaN where it does not vote.
    """

    whole: pd.DataFrame
    lfs: pd.DataFrame


def compare_sets(before: AppliedSet, after: AppliedSet) -> SetComparison:
    """Compare two sets, what cannot be applied switched off (`Applier.of_usable`)."""
    return SetComparison(pd.DataFrame(_whole(before, after)), _lfs(before, after))


def _whole(before: AppliedSet, after: AppliedSet) -> list[dict[str, Any]]:
    sets = before, after
    one, two = (set_figures(applied) for applied in sets)
    drawn = [_drawn(applied) for applied in sets]
    found = []
    for title, metric, more_is_better in _LABEL_MODEL:
        between = None
        if drawn[0] is not None and drawn[1] is not None:
            between = percentile_interval(drawn[1][metric] - drawn[0][metric])
        low, high = between or (np.nan, np.nan)
        found.append(_row(title, one.everywhere[metric], two.everywhere[metric]) | {"low": low, "high": high})
        found[-1]["verdict"] = verdict(between, more_is_better)
    return found + [
        _row(title, _share(one, name), _share(two, name)) | {"low": np.nan, "high": np.nan, "verdict": ""}
        for title, name in _SHARES
    ]


def _row(title: str, before: float | None, after: float | None) -> dict[str, Any]:
    old, new = (np.nan if value is None else float(value) for value in (before, after))
    return {"figure": title, "before": old, "after": new, "difference": new - old}


def _share(figures: SetFigures, name: str) -> float:
    return float(getattr(figures, name))


@remembered
def _drawn(applied: AppliedSet) -> dict[str, NDArray[np.float64]] | None:
    """The label model's metrics on dev in every draw of the users, the same for all sets; None where it cannot be fitted."""
    try:
        found = held_out(applied)
    except LabelModelError:
        return None
    p = silence_pooled(found.p_by_fold, found.dev)[found.folds, found.inverse]
    gold, users = applied.dataset.gold("dev"), applied.dataset.split("dev")["user_idx"].to_numpy()
    return drawn_metrics(p, gold, gold >= 0, Draws.make(users))


def _lfs(before: AppliedSet, after: AppliedSet) -> pd.DataFrame:
    old, new = ({lf.name: lf.without_notes() for lf in applied.lf_set.lfs} for applied in (before, after))
    changes = {
        name: change for name in [*new, *(old.keys() - new.keys())] if (change := _change(old.get(name), new.get(name)))
    }
    table = pd.DataFrame({"name": list(changes), "change": list(changes.values())}, dtype="str")
    for suffix, applied in (("_before", before), ("_after", after)):
        summary = applied.summary().set_index("name")
        summary = summary.assign(
            lift_low=summary["ci_low"] - summary["base_rate"], lift_high=summary["ci_high"] - summary["base_rate"]
        )
        figures = summary[list(LF_FIGURES)].astype(float).reindex(table["name"]).reset_index(drop=True)
        table = pd.concat([table, figures.add_suffix(suffix)], axis=1)
    return table


def _change(old: LF | None, new: LF | None) -> str:
    if old is None or new is None:
        return "added" if old is None else "removed"
    if old.enabled != new.enabled:
        return "switched on" if new.enabled else "switched off"
    return "" if old == new else "changed"

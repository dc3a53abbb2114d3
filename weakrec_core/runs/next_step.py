"""What to do next, and why: the most useful step from the state of the work."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from weakrec_core.data.noun import percent
from weakrec_core.error_analysis.buckets import buckets
from weakrec_core.error_analysis.slices import BY_DEFAULT, slice_table
from weakrec_core.errors import SpecError
from weakrec_core.label_model.set_figures import dev_figures, set_figures
from weakrec_core.labeling.applied import AppliedSet
from weakrec_core.labeling.diff import diff_sets
from weakrec_core.runs.store import Run
from weakrec_core.stats.verdicts import WORSE

Kind = Literal["gold", "lfs", "other_set", "coverage", "train", "slice", "results"]
_LOW_COVERAGE = 0.25
_BETTER_LOSS = 0.002  # of the log loss on all dev rows, beside more coverage


@dataclass(frozen=True)
class NextStep:
    """One step.

    Attributes
    ----------
    kind : str
        ``gold``: bring gold labels for dev. ``lfs``: switch LFs on. ``other_set``: go on with another LF set. ``coverage``:
        let LFs vote on more rows. ``train``; ``slice``: look at rows that go wrong more often; ``results``: read them.
    reason : str
        One or two sentences with the figures that it follows from.
    details : dict
        ``other_set``: name. ``slice``: by, slice. ``results``: run.
    """

    kind: Kind
    reason: str
    details: Mapping[str, str] = field(default_factory=dict)


def next_step(applied: AppliedSet, runs: Sequence[Run], others: Sequence[AppliedSet] = ()) -> NextStep:
    """The first of these that applies: gold, LFs, a better set at hand, coverage, training, a slice; else the results.

    Parameters
    ----------
    runs : sequence of Run
        Those on the dataset, newest first.
    others : sequence of AppliedSet
        Other LF sets that could be gone on with.
    """
    dataset = applied.dataset
    if not dataset.has_gold("dev"):
        return NextStep("gold", "No dev row has a gold label: nothing can be checked, and no label model be chosen.")
    if not applied.active:
        return NextStep("lfs", "No LF is on, so that no row gets a label.")
    return (
        _other_set(applied, others) or _coverage(applied) or _train(applied, runs) or _slice(applied) or _results(runs)
    )


def _other_set(applied: AppliedSet, others: Sequence[AppliedSet]) -> NextStep | None:
    for other in others:
        now, its = dev_figures(applied), dev_figures(other)
        loss, its_loss = now.everywhere["log_loss"], its.everywhere["log_loss"]
        if loss is None or its_loss is None or its_loss > loss - _BETTER_LOSS or its.coverage < now.coverage:
            continue
        name = other.lf_set.name
        return NextStep(
            "other_set",
            f"The set {name} votes on {percent(its.coverage, 1)} of the dev rows, this one on {percent(now.coverage, 1)}; its log "
            f"loss there is {its_loss:.3f}, this one's {loss:.3f}.",
            {"name": name},
        )
    return None


def _coverage(applied: AppliedSet) -> NextStep | None:
    coverage = set_figures(applied).train_coverage
    if coverage >= _LOW_COVERAGE:
        return None
    reason = f"No LF votes on {percent(1 - coverage, 1)} of the train rows: these are no training labels."
    return NextStep("coverage", f"{reason} Suggest finds keywords and thresholds that help.")


def _train(applied: AppliedSet, runs: Sequence[Run]) -> NextStep | None:
    if not runs:
        return NextStep("train", "Nothing was trained on this dataset yet.")
    try:
        trained = runs[0].config.frozen_lf_set
    except SpecError:  # damaged: other pages say so
        return None
    changes = diff_sets(trained.without_notes(), applied.lf_set.without_notes())
    if not changes:
        return None
    more = f" and {len(changes) - 1} more" if len(changes) > 1 else ""
    return NextStep("train", f"The labels have changed since run {runs[0].id}: {changes[0]}{more}.")


def _slice(applied: AppliedSet) -> NextStep | None:
    found = buckets(applied)
    table = slice_table([found.slicing(by) for by in BY_DEFAULT], found.correct, found.covered)
    worse = table[table["verdict"] == WORSE]
    if worse.empty:
        return None
    row = worse.iloc[0]
    reason = (
        f"Where {row['by'].replace('_', ' ')} is {row['slice']}, the label model is right on {percent(row['accuracy'])} of "
        f"{int(row['n']):,} dev rows, {percent(abs(row['difference']))} less than elsewhere, beyond chance."
    )
    return NextStep("slice", reason, {"by": str(row["by"]), "slice": str(row["slice"])})


def _results(runs: Sequence[Run]) -> NextStep:
    return NextStep("results", f"Run {runs[0].id} is trained on these labels.", {"run": runs[0].id})

"""Commands on LF sets."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from weakrec_core import files
from weakrec_core.cli.common import (
    ClassBalance,
    Cut,
    DatasetName,
    EngineName,
    Json,
    LabelModelName,
    LFFile,
    LmEpochs,
    LmL2,
    LmLr,
    LmSeed,
    PartRows,
    Scheduler,
    TextModelChoice,
    applied_set,
    lf_set_of,
    on_engine,
    print_json,
    train_labels,
)
from weakrec_core.errors import WeakrecError

if TYPE_CHECKING:
    from weakrec_core.labeling.applied import AppliedSet
    from weakrec_core.labeling.lf_set import LFSet

app = typer.Typer()


@app.command()
def label(
    dataset: DatasetName,
    lfs: LFFile,
    out: Annotated[Path, typer.Option(help="Parquet or CSV: user_id, book_id, one int8 column an LF.")],
    split: str = "dev",
    fingerprint: Annotated[str | None, typer.Option(hidden=True)] = None,
) -> None:
    """Write the votes of every LF on a split."""
    from weakrec_core.tables import write_table

    write_table(applied_set(dataset, lfs, fingerprint).vote_table(split), out)
    typer.echo(out)


@app.command()
def analyze(dataset: DatasetName, lfs: LFFile, split: str = "dev", as_json: Json = False) -> None:
    """LFAnalysis's table, with intervals and lift; the label model on dev."""
    from weakrec_core.labeling.analysis import to_records

    applied = applied_set(dataset, lfs)
    table = applied.summary(split)
    if not as_json:
        typer.echo(table.round(4).to_string(index=False))
        return
    names = ("accuracy", "log_loss", "auc")
    metrics: dict[str, Any] = dict.fromkeys(names)
    try:
        from weakrec_core.label_model.base import AUTO
        from weakrec_core.label_model.label_train import label_train

        measured = label_train(applied, AUTO).dev_metrics
        metrics = {name: measured[name] for name in names}
    except WeakrecError as e:
        typer.echo(f"No label model: {e}", err=True)
    print_json({"lfs": to_records(table), "set": applied.shares(split), "label_model": metrics})


@app.command()
def sweep(
    dataset: DatasetName,
    lfs: LFFile,
    lf: Annotated[str, typer.Option(help="A threshold LF of the set.")],
    cost_wrong: Annotated[float | None, typer.Option(help="What a wrong vote costs; with --cost-missing.")] = None,
    cost_missing: Annotated[
        float | None,
        typer.Option(help="What a row of the label without a vote costs; the cheapest threshold is marked."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Precision, coverage and lift of a threshold LF on dev at every threshold, and the set's log loss there."""
    from weakrec_core.label_model.threshold_gain import sweep_with_gain
    from weakrec_core.labeling.analysis import to_records
    from weakrec_core.labeling.kinds import SimilarLF, ThresholdLF
    from weakrec_core.labeling.sweep import cheapest_threshold, costs

    applied = applied_set(dataset, lfs)
    swept = applied.sweep(lf).lf
    assert isinstance(swept, ThresholdLF | SimilarLF)
    table = sweep_with_gain(applied, swept)
    if cost_wrong is not None or cost_missing is not None:
        if cost_wrong is None or cost_missing is None:
            raise WeakrecError("sweep takes --cost-wrong and --cost-missing together.")
        cheapest = cheapest_threshold(table, cost_wrong, cost_missing)
        table = table.assign(
            cost=costs(table, cost_wrong, cost_missing), cheapest=[t == cheapest for t in table["threshold"]]
        )
    print_json(to_records(table)) if as_json else typer.echo(table.round(4).to_string(index=False))


@app.command()
def changes(
    dataset: DatasetName,
    lfs: LFFile,
    against: Annotated[Path, typer.Option(help="The LF set to compare with: a file or a name, as --lfs.")],
    label_model: LabelModelName = "calibrated",
    as_json: Json = False,
) -> None:
    """The dev rows that an LF set mends and breaks, compared with another set, and the votes that did it."""
    from weakrec_core.error_analysis.changes import row_changes

    after = applied_set(dataset, lfs)
    found = row_changes(lf_set_of(against).apply(after.dataset), after, label_model)
    if as_json:
        print_json(found.to_json())
    else:
        typer.echo(f"{found.count('mended')} mended, {found.count('broken')} broken")
        typer.echo(found.table.round(4).to_string(index=False))


@app.command()
def suggest(
    dataset: DatasetName,
    lfs: LFFile,
    improve: Annotated[
        str | None, typer.Option(help="Edits of this LF instead: keywords, another threshold, an exception.")
    ] = None,
    thresholds: Annotated[
        bool,
        typer.Option("--thresholds", help="All thresholds of the set searched together instead; --apply 1 takes them."),
    ] = False,
    apply: Annotated[
        int | None,
        typer.Option(min=1, help="Make the first K edits in a copy of the set; with --improve the Kth alone."),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Where --apply writes the copy (YAML).")] = None,
    as_json: Json = False,
) -> None:
    """Suggest keywords and thresholds to add and keywords to drop, with what each is expected to change on users not seen."""
    if (apply is None) != (out is None):
        raise WeakrecError("suggest takes --apply and --out together.")
    if improve is not None and thresholds:
        raise WeakrecError("suggest takes --improve or --thresholds, not both.")
    applied = applied_set(dataset, lfs)
    if improve is not None:
        lf_set, values, lines = _improved(applied, improve, apply)
    elif thresholds:
        lf_set, values, lines = _tuned(applied)
    else:
        lf_set, values, lines = _suggested(applied, apply)
    if out is not None:
        files.write_text(out, lf_set.to_yaml())
    if as_json:
        print_json(values)
    else:
        typer.echo(out if out is not None else lines)


def _suggested(applied: "AppliedSet", apply: int | None) -> "tuple[LFSet, Any, str]":
    from weakrec_core.suggestions import suggest as suggestions

    # The list is made whole, as the strength of a keyword is judged among all of it, and cut afterwards.
    found = suggestions.suggest(applied, max(apply or 0, suggestions.DEFAULT_K))[:apply]
    lf_set = suggestions.apply_suggestions(applied.lf_set, found)
    return lf_set, suggestions.to_json(found), "\n".join(s.text for s in found)


def _improved(applied: "AppliedSet", name: str, apply: int | None) -> "tuple[LFSet, Any, str]":
    from weakrec_core.suggestions.improve import NOTHING, apply_improvement, improve

    found = improve(applied, name)
    if apply is not None and apply > len(found):
        raise WeakrecError(f"There are {len(found)} edits of LF {name!r}, not {apply}.")
    lf_set = applied.lf_set if apply is None else apply_improvement(applied.lf_set, found[apply - 1])
    return lf_set, [one.to_json() for one in found], "\n".join(one.line for one in found) or NOTHING


def _tuned(applied: "AppliedSet") -> "tuple[LFSet, Any, str]":
    from weakrec_core.suggestions.tune_thresholds import apply_tuning, tune_thresholds

    found = tune_thresholds(applied)
    return apply_tuning(applied.lf_set, found), found.to_json(), found.line


@app.command()
def fit(
    dataset: DatasetName,
    lfs: LFFile,
    out: Annotated[
        Path, typer.Option(help="Parquet or CSV, one row a train row: user_id, book_id, p_positive, covered.")
    ],
    label_model: LabelModelName = "auto",
    class_balance: ClassBalance = None,
    lm_epochs: LmEpochs = None,
    lm_lr: LmLr = None,
    lm_l2: LmL2 = None,
    lm_seed: LmSeed = None,
    text_model: TextModelChoice = "off",
    cut: Cut = None,
    engine: EngineName = "local",
    scheduler: Scheduler = None,
    part_rows: PartRows = None,
    as_json: Json = False,
) -> None:
    """Fit a label model on train and write the probabilities."""
    from weakrec_core.label_model.label_train import cut_on_dev
    from weakrec_core.label_model.text_labels import with_text
    from weakrec_core.stats.decision_cut import checked_goal
    from weakrec_core.tables import write_pieces

    goal = None if cut is None else checked_goal(cut)
    with on_engine(applied_set(dataset, lfs), engine, scheduler, part_rows) as applied:
        labels = train_labels(applied, label_model, class_balance, lm_epochs, lm_lr, lm_l2, lm_seed)
        if text_model != "off":
            labels = with_text(labels, always=text_model == "on")
    write_pieces(labels.probabilities_in_pieces(), out)
    result = labels.to_json() | ({} if goal is None else {"cut": cut_on_dev(labels, goal)})
    for warning in result["warnings"]:
        typer.echo(f"warning: {warning}", err=True)
    print_json(result) if as_json else typer.echo(out)

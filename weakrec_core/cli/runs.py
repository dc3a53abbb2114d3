"""Commands that train, and on runs."""

from pathlib import Path
from typing import Annotated

import typer

from weakrec_core.cli.common import (
    ClassBalance,
    Cut,
    EngineName,
    Json,
    LabelModelName,
    LmEpochs,
    LmL2,
    LmLr,
    LmSeed,
    PartRows,
    Scheduler,
    Seed,
    TextModelChoice,
    chosen_engine,
    print_json,
    snorkel_config,
)
from weakrec_core.errors import WeakrecError
from weakrec_core.limits import EPOCHS
from weakrec_core.workspace import Workspace

app = typer.Typer()


@app.command()
def train(
    dataset: Annotated[str | None, typer.Option("--dataset", help="A dataset of the workspace.")] = None,
    lfs: Annotated[Path | None, typer.Option("--lfs", help="An LF set: a YAML file, or a name.")] = None,
    label_model: LabelModelName = "auto",
    class_balance: ClassBalance = None,
    lm_epochs: LmEpochs = None,
    lm_lr: LmLr = None,
    lm_l2: LmL2 = None,
    lm_seed: LmSeed = None,
    preset: str = "recommended",
    epochs: Annotated[int | None, typer.Option(min=1, max=EPOCHS)] = None,
    seed: Seed = 0,
    text_model: TextModelChoice = "auto",
    budget: Annotated[
        float | None, typer.Option(metavar="MINUTES", help="Stop training after the epoch at hand by then.")
    ] = None,
    cut: Cut = None,
    resume: Annotated[
        str | None, typer.Option(metavar="RUN", help="Go on with a run that did not finish, from its last epoch.")
    ] = None,
    engine: EngineName = "local",
    scheduler: Scheduler = None,
    part_rows: PartRows = None,
    run_dir: Annotated[Path | None, typer.Option(hidden=True)] = None,
    as_json: Json = False,
) -> None:
    """Fit the label model, train the recommender, measure it on test; with others where TF_CONFIG names them."""
    from weakrec_core.data.dataset import open_dataset
    from weakrec_core.engine.part_of_train import PART_ROWS
    from weakrec_core.labeling.versions import find_lf_set
    from weakrec_core.network.workers import join
    from weakrec_core.runs import job, store, test_looks
    from weakrec_core.serving.reader_lists import known_lists

    workspace = Workspace.from_environment()
    if run_dir is not None:  # the child of `job.launch`; what it prints goes to the run's log
        run = store.open_run(workspace, run_dir.name)
        if job.execute(run) is not None:
            known_lists(run)  # kept with the run while TensorFlow is loaded
        return
    workers = join(lambda said: typer.echo(said, err=True))
    if not workers.is_chief:
        run = job.follow(workspace, workers)
        typer.echo(f"{run.id}: worker {workers.index} of {workers.n} is done; the chief measures and writes.", err=True)
        return
    if resume is not None:
        if dataset is not None or lfs is not None:
            raise WeakrecError("train --resume takes the run's own inputs; leave --dataset and --lfs out.")
        run = store.open_run(workspace, resume)
        run.resume()
    elif dataset is None or lfs is None:
        raise WeakrecError("train needs --dataset and --lfs, or --resume.")
    else:
        run = store.new_run(
            open_dataset(workspace, dataset),
            *find_lf_set(workspace, lfs),
            label_model,
            text_model=text_model,
            preset=preset,
            epochs=epochs,
            seed=seed,
            budget=budget,
            class_balance=class_balance,
            snorkel=snorkel_config(lm_epochs, lm_lr, lm_l2, lm_seed),
            cut=cut,
        )
    with chosen_engine(engine, scheduler, part_rows) as working:
        result = job.execute(
            run, lambda m: typer.echo(_epoch_line(m), err=True), workers, working, part_rows or PART_ROWS
        )
    if result is None:
        raise WeakrecError(f"Run {run.id} was cancelled.")
    known_lists(run)
    test_looks.record(run)
    print_json(result) if as_json else typer.echo(f"{run.id}: {result['test']}")


@app.command()
def runs(as_json: Json = False) -> None:
    """List the runs, newest first."""
    from weakrec_core.runs.inputs import label_model_named
    from weakrec_core.runs.listing import damaged_runs, list_runs
    from weakrec_core.runs.pinned import is_pinned

    workspace = Workspace.from_environment()
    found = list_runs(workspace)
    for why in damaged_runs(workspace).values():
        typer.echo(f"left out: {why}", err=True)
    records = [run.summary() | {"pinned": is_pinned(run)} for run in found]
    if as_json:
        print_json(records)
        return
    for run, r in zip(found, records, strict=True):
        auc = (r["test"] or {}).get("auc")
        said = "  ".join([*([r["name"]] if r["name"] else []), *(["pinned"] if r["pinned"] else [])])
        typer.echo(
            f"{r['run']}  {r['state']:<9}  {r['dataset']}  {r['lf_set']}  {label_model_named(run)}  {r['preset']}  "
            f"AUC {'–' if auc is None else f'{auc:.4f}'}{f'  {said}' if said else ''}"
        )


@app.command()
def annotate(
    run: Annotated[str, typer.Argument(metavar="RUN", help="Its id.")],
    name: Annotated[str | None, typer.Option(help="What to call it; empty takes the name away.")] = None,
    notes: Annotated[str | None, typer.Option(help="What to keep in mind; empty takes the notes away.")] = None,
    pinned: Annotated[
        bool | None, typer.Option("--pin/--unpin", help="Compare other runs on the same data with it, or no longer.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Give a run a name and notes, and pin it as what others are compared with; its inputs and results stay as they are."""
    from weakrec_core.runs import pinned as baseline
    from weakrec_core.runs.store import open_run

    opened = open_run(Workspace.from_environment(), run)
    if pinned is not None:
        baseline.pin(opened) if pinned else baseline.unpin(opened)
    if name is not None or notes is not None:
        opened.describe(name=name, notes=notes)
    is_pinned = baseline.is_pinned(opened)
    if as_json:
        print_json({"run": opened.id, **opened.about.model_dump(), "pinned": is_pinned})
        return
    typer.echo(f"{opened.title}{', pinned' if is_pinned else ''}")
    if opened.about.notes:
        typer.echo(opened.about.notes)


@app.command()
def compare(
    first: Annotated[str, typer.Argument(metavar="RUN", help="The run to compare with.")],
    second: Annotated[
        str | None,
        typer.Argument(
            metavar="RUN", help="The run that is compared; without it the first is compared with the pinned run."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Compare two runs: what differs in their inputs, and in their test metrics on the same users."""
    from weakrec_core.runs import test_looks
    from weakrec_core.runs.compare import compare_runs
    from weakrec_core.runs.pinned import baseline_of
    from weakrec_core.runs.store import open_run

    workspace = Workspace.from_environment()
    one = open_run(workspace, first)
    if second is not None:
        two = open_run(workspace, second)
    else:
        two, baseline = one, baseline_of(one)
        if baseline is None:
            raise WeakrecError(
                f"No other run on the data of run {first} is pinned: name a second run, or pin one by annotate."
            )
        one = baseline
    found = compare_runs(one, two)
    for run in (one, two):
        test_looks.record(run)
    fingerprint = two.config.data
    if as_json:
        print_json(found.to_json() | {"test_looks": test_looks.count(workspace, fingerprint)})
        return
    for line in found.lines():
        typer.echo(line)
    typer.echo(test_looks.sentence(workspace, fingerprint), err=True)


@app.command()
def worth(
    run: Annotated[str, typer.Option("--run", metavar="RUN", help="A finished run.")],
    budgets: Annotated[
        str | None, typer.Option(help="Numbers of gold labels, such as 100,500; all of dev's is always the last.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Tell what a run's LFs are worth in gold labels, by a learning curve over those of dev."""
    from weakrec_core.jobs import reporting
    from weakrec_core.runs import test_looks
    from weakrec_core.runs.store import open_run
    from weakrec_core.runs.worth import measure_worth

    def tell(fraction: float, stage: str) -> None:
        reporting.report(fraction, stage)
        typer.echo(f"{100 * fraction:3.0f} %  {stage}", err=True)

    opened = open_run(Workspace.from_environment(), run)
    found = measure_worth(opened, _budgets(budgets), tell=tell)
    test_looks.record(opened)
    if as_json:
        print_json(found)
        return
    typer.echo(found["worth"]["sentence"])
    for point in found["curve"]:
        auc = [point[kind]["auc"] for kind in ("dev_only", "with_labels")]
        shown = "  ".join("–" if a is None else f"{a:.4f}" for a in auc)
        typer.echo(f"{point['dev_rows']:>8,} gold labels: AUC without and with weak labels  {shown}")


def _budgets(text: str | None) -> list[int] | None:
    if text is None:
        return None
    try:
        found = [int(part) for part in text.split(",")]
    except ValueError:
        found = []
    if not found or min(found) < 1:
        raise WeakrecError(f"Budgets are whole numbers above 0 with commas between them, not {text[:40]!r}.")
    return found


@app.command()
def report(
    run: Annotated[str, typer.Argument(metavar="RUN", help="A finished run.")],
    out: Annotated[Path, typer.Option(help="The HTML file to write.")],
) -> None:
    """Write a run's results as one HTML file that needs no network, with slides to present them."""
    from weakrec_core import files
    from weakrec_core.runs import test_looks
    from weakrec_core.runs.report import render_report
    from weakrec_core.runs.store import open_run
    from weakrec_core.serving.reader_lists import known_lists

    opened = open_run(Workspace.from_environment(), run)
    page = render_report(opened, known_lists(opened))
    test_looks.record(opened)
    files.write_text(out, page)
    typer.echo(out)


def _epoch_line(metrics: dict[str, float]) -> str:
    values = "  ".join(f"{k} {v:.4f}" for k, v in metrics.items() if k not in ("epoch", "epochs"))
    return f"epoch {metrics['epoch']:.0f}/{metrics['epochs']:.0f}  {values}"

"""Commands that hand over what was made here: LF sets as Python, labels, votes, runs."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from weakrec_core import files
from weakrec_core.cli.common import (
    ClassBalance,
    DatasetName,
    LabelModelName,
    LFFile,
    LmEpochs,
    LmL2,
    LmLr,
    LmSeed,
    applied_set,
    lf_set_of,
    train_labels,
)
from weakrec_core.workspace import Workspace

if TYPE_CHECKING:
    import pandas as pd

    from weakrec_core.runs.store import Run

app = typer.Typer()
export = typer.Typer(no_args_is_help=True, help="Write LF sets, labels, votes and runs as files for other tools.")
app.add_typer(export, name="export")

TableFile = Annotated[Path, typer.Option(help="The file to write: .parquet, .csv or .csv.gz.")]
RunId = Annotated[str, typer.Option("--run", metavar="RUN", help="A finished run.")]
Split = Annotated[str, typer.Option(help="train, dev, valid or test.")]


@export.command("lfs")
def export_lfs(
    lfs: LFFile,
    out: Annotated[Path, typer.Option(help="The Python module to write.")],
    dataset: Annotated[str | None, typer.Option(help="A dataset, for what its items are called.")] = None,
) -> None:
    """An LF set as a Python module of Snorkel labeling functions, which needs nothing of this library."""
    from weakrec_core.data.dataset import open_dataset
    from weakrec_core.data.noun import Noun
    from weakrec_core.labeling.exchange.snorkel_module import snorkel_module

    noun = Noun() if dataset is None else open_dataset(Workspace.from_environment(), dataset).noun
    _write_text(snorkel_module(lf_set_of(lfs), noun), out)


@export.command("rows")
def export_rows(
    dataset: DatasetName,
    out: Annotated[Path, typer.Option(help="The Parquet file to write.")],
    split: Split = "dev",
    lfs: Annotated[Path | None, typer.Option(help="An LF set; by default all that any LF could read.")] = None,
) -> None:
    """The rows that an exported module runs on: its columns, the histories as lists, gold on dev."""
    from weakrec_core.data.dataset import open_dataset
    from weakrec_core.errors import WeakrecError
    from weakrec_core.labeling.exchange.snorkel_rows import snorkel_rows
    from weakrec_core.tables import is_csv

    if is_csv(out):
        raise WeakrecError(f"{out}: rows are written as Parquet, as CSV has no lists and changes texts.")
    lf_set = None if lfs is None else lf_set_of(lfs)
    _write(snorkel_rows(open_dataset(Workspace.from_environment(), dataset), split, lf_set), out)


@export.command("votes")
def export_votes(dataset: DatasetName, lfs: LFFile, out: TableFile, split: Split = "dev") -> None:
    """The votes, as `label` writes them: user_id, book_id, one int8 column an LF."""
    _write(applied_set(dataset, lfs).vote_table(split), out)


@export.command("patterns")
def export_patterns(dataset: DatasetName, lfs: LFFile, out: TableFile, split: Split = "dev") -> None:
    """The distinct rows of votes with their counts, and on dev those by gold; the most frequent first."""
    _write(applied_set(dataset, lfs).pattern_table(split), out)


@export.command("labels")
def export_labels(
    dataset: DatasetName,
    lfs: LFFile,
    out: TableFile,
    label_model: LabelModelName = "auto",
    class_balance: ClassBalance = None,
    lm_epochs: LmEpochs = None,
    lm_lr: LmLr = None,
    lm_l2: LmL2 = None,
    lm_seed: LmSeed = None,
) -> None:
    """The labels of train, as `fit` writes them: user_id, book_id, p_positive, covered."""
    labels = train_labels(applied_set(dataset, lfs), label_model, class_balance, lm_epochs, lm_lr, lm_l2, lm_seed)
    _write(labels.probabilities, out)


@export.command("training")
def export_training(
    dataset: DatasetName,
    lfs: LFFile,
    out: TableFile,
    min_confidence: Annotated[
        float, typer.Option(min=0.5, max=1, help="Of the likelier label, for a row to be there.")
    ] = 0.5,
    label_model: LabelModelName = "auto",
    class_balance: ClassBalance = None,
    lm_epochs: LmEpochs = None,
    lm_lr: LmLr = None,
    lm_l2: LmL2 = None,
    lm_seed: LmSeed = None,
) -> None:
    """Labeled rows for scikit-learn or Keras: ids, review, signals, p_positive, label, sample_weight, split.

    Rows of split train have weak labels, those of dev gold ones. To train on them:

    rows = pd.read_parquet("training.parquet").query("split == 'train'")

    model = make_pipeline(TfidfVectorizer(), LogisticRegression())

    model.fit(rows["review_text"], rows["label"], logisticregression__sample_weight=rows["sample_weight"])
    """
    from weakrec_core.label_model.training_frame import training_frame

    labels = train_labels(applied_set(dataset, lfs), label_model, class_balance, lm_epochs, lm_lr, lm_l2, lm_seed)
    _write(training_frame(labels, min_confidence), out)


@export.command("run")
def export_run(run: RunId, out: Annotated[Path, typer.Option(help="The zip file to write.")]) -> None:
    """A run directory as one zip, with a card in Markdown; `import` takes it elsewhere."""
    from weakrec_core.runs import archive

    archive.export_run(_finished(run), out)
    typer.echo(out)


@export.command("card")
def export_card(run: RunId, out: Annotated[Path, typer.Option(help="The Markdown file to write.")]) -> None:
    """A run on one page of Markdown: data, LFs, label model, metrics with intervals, limits."""
    from weakrec_core.runs.card import render_card

    _write_text(render_card(_finished(run)), out)


@export.command("notebook")
def export_notebook(run: RunId, out: Annotated[Path, typer.Option(help="The .ipynb file to write.")]) -> None:
    """A notebook that repeats a run, from the dataset to its test metrics."""
    from weakrec_core.runs.notebook_file import render_notebook

    _write_text(render_notebook(_finished(run)), out)


def _finished(run_id: str) -> "Run":
    """A run whose test metrics are about to be handed over."""
    from weakrec_core.runs import test_looks
    from weakrec_core.runs.result_tables import finished
    from weakrec_core.runs.store import open_run

    run = open_run(Workspace.from_environment(), run_id)
    finished(run)
    test_looks.record(run)
    return run


def _write(table: "pd.DataFrame", out: Path) -> None:
    from weakrec_core.tables import write_table

    write_table(table, out)
    typer.echo(out)


def _write_text(text: str, out: Path) -> None:
    files.write_text(out, text)
    typer.echo(out)

"""Commands on reviews as vectors."""

from typing import Annotated, Literal

import typer

from weakrec_core.cli.common import DatasetName, Json, LFFile, applied_set, print_json, show_progress
from weakrec_core.workspace import Workspace

app = typer.Typer()


@app.command()
def vectors(
    dataset: DatasetName,
    vectors: Annotated[str, typer.Option(help="How reviews become vectors: tfidf or wordllama.")] = "tfidf",
    split: Annotated[str | None, typer.Option(help="One split; by default all.")] = None,
    fingerprint: Annotated[str | None, typer.Option(hidden=True)] = None,
    as_json: Json = False,
) -> None:
    """Make the vectors of the reviews, which LFs of the kind similar compare, ahead of their first use."""
    from weakrec_core.data.dataset import SPLITS, open_dataset
    from weakrec_core.text_vectors.store import VectorStore

    store = VectorStore(open_dataset(Workspace.from_environment(), dataset, fingerprint))
    made = []
    for name in SPLITS if split is None else (split,):
        with show_progress() as progress:
            shape = store.vectors(vectors, name, progress).matrix.shape
        made.append({"vectors": vectors, "split": name, "texts": shape[0], "dimensions": shape[1]})
    if as_json:
        print_json(made)
    else:
        typer.echo(
            "\n".join(f"{one['split']}: {one['texts']:,} texts, {one['dimensions']} numbers each" for one in made)
        )


@app.command()
def clusters(
    dataset: DatasetName,
    lfs: LFFile,
    vectors: Annotated[str, typer.Option(help="How reviews become vectors: tfidf or wordllama.")] = "tfidf",
    k: Annotated[int, typer.Option("--groups", min=1, max=50, help="Groups, at most.")] = 8,
    rows: Annotated[
        Literal["both", "uncovered", "wrong"],
        typer.Option(help="Rows without a vote, those the label model gets wrong, or both."),
    ] = "both",
    as_json: Json = False,
) -> None:
    """Group the dev rows that no LF covers or the label model gets wrong by what their reviews say."""
    from weakrec_core.error_analysis.clusters import lacking_groups, to_json

    applied = applied_set(dataset, lfs)
    found = lacking_groups(applied, vectors, k, rows)
    if as_json:
        print_json(to_json(applied, found))
        return
    typer.echo(f"{found.n_grouped:,} of {found.n_rows:,} rows grouped; {found.base_rate:.2f} of all gold is POSITIVE")
    for group in found.groups:
        share = f"{group.positive:,} of {group.n:,} POSITIVE" if group.n else "no gold"
        typer.echo(f"{len(group.rows):,} rows, {share}: {', '.join(group.phrases) or 'no telling phrase'}")

"""Commands on reviews as vectors."""

from typing import Annotated

import typer

from weakrec_core.cli.common import DatasetName, Json, print_json, show_progress
from weakrec_core.data.dataset import SPLITS
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
    from weakrec_core.data.dataset import open_dataset
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

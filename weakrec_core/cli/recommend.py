"""Recommending with a trained run."""

import csv
from typing import Annotated, Any

import typer

from weakrec_core.cli.common import Json, print_json
from weakrec_core.errors import WeakrecError
from weakrec_core.workspace import Workspace

app = typer.Typer()
RunId = Annotated[str, typer.Option("--run", help="A finished run; see `runs`.")]


@app.command("recommend")
def recommend_books(
    run: RunId,
    user: Annotated[str | None, typer.Option(help="A user_id of the run's dataset.")] = None,
    books: Annotated[str | None, typer.Option(help="What the reader has read: book_ids, separated by commas.")] = None,
    k: Annotated[int, typer.Option("-k", min=1, help="How many books.")] = 10,
    as_json: Json = False,
) -> None:
    """The books a run's model recommends to a user, or to a reader of these books, and why."""
    from weakrec_core.labeling.apply import Applier
    from weakrec_core.labeling.book_votes import count_book_votes
    from weakrec_core.runs.store import open_run
    from weakrec_core.serving.reader import reader_of
    from weakrec_core.serving.recommend import recommend
    from weakrec_core.serving.worker import dataset_of, load_model

    if (user is None) == (books is None):
        raise WeakrecError("recommend takes either --user or --books.")
    opened = open_run(Workspace.from_environment(), run)
    dataset = dataset_of(opened)
    ids = [i for i in next(csv.reader([books or ""]), []) if i]
    reader = reader_of(dataset, user, ids)
    found = recommend(load_model(opened), reader, k)
    if not as_json:
        for rank, one in enumerate(found, 1):
            title, author = dataset.books["title"][one.book_idx], dataset.books["author_name"][one.book_idx]
            by = f", {author}" if isinstance(author, str) else ""
            typer.echo(f"{rank:>3}. fits {one.fit:4.0%}, liked {one.p_positive:4.0%}  {title}{by}")
        return
    votes = count_book_votes(Applier(dataset).of_usable(opened.config.frozen_lf_set))
    print_json(
        {
            "run": opened.id,
            "user": user,
            "books_read": len(reader.read),
            "recommendations": [_record(dataset.books, votes, rank, one) for rank, one in enumerate(found, 1)],
        }
    )


@app.command(hidden=True)
def serve(run: RunId) -> None:
    """Hold a run's model and answer requests, one JSON object a line; the other end of `serving.Worker`."""
    from weakrec_core.runs.store import open_run
    from weakrec_core.serving.worker import serve_run

    serve_run(open_run(Workspace.from_environment(), run))


def _record(books: Any, votes: Any, rank: int, one: Any) -> dict[str, Any]:
    def named(book_idx: int) -> dict[str, Any]:
        book = books.iloc[book_idx]
        return {"book_id": book["book_id"], "title": book["title"]}

    author = books["author_name"][one.book_idx]
    return {
        "rank": rank,
        **named(one.book_idx),
        "author": author if isinstance(author, str) else None,
        "p_positive": one.p_positive,
        "score": one.score,
        "fit": one.fit,
        "because": [named(reason.book_idx) | {"change": reason.change} for reason in one.because],
        "labels": {
            "train_rows": int(votes.rows[one.book_idx]),
            "with_a_vote": int(votes.covered[one.book_idx]),
            "votes": votes.of(one.book_idx).to_dict("records"),
        },
    }

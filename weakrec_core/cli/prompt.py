"""Commands that ask a language model."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from weakrec_core import files
from weakrec_core.cli.common import DatasetName, Json, LFFile, applied_set, lf_set_of, print_json, show_progress
from weakrec_core.data.noun import counted
from weakrec_core.errors import SpecError
from weakrec_core.limits import DRAFT_ROWS
from weakrec_core.workspace import Workspace

if TYPE_CHECKING:
    from weakrec_core.labeling.applied import AppliedSet

app = typer.Typer()

Tokens = Annotated[int | None, typer.Option(min=1, help="Spend at most so many tokens.")]
Money = Annotated[float | None, typer.Option(help="Spend at most so much, by WEAKREC_LLM_PRICES.")]


@app.command()
def ask(
    dataset: DatasetName,
    lfs: LFFile,
    lf: Annotated[str, typer.Option(help="An LF of the kind prompt.")],
    rows: Annotated[int | None, typer.Option(min=1, help="Ask about at most so many reviews.")] = None,
    tokens: Tokens = None,
    money: Money = None,
    fingerprint: Annotated[str | None, typer.Option(hidden=True)] = None,
    as_json: Json = False,
) -> None:
    """Ask the language model for the votes of a prompt LF: dev first, then train; what has an answer is not asked again."""
    from weakrec_core.data.dataset import open_dataset
    from weakrec_core.labeling.kinds import PromptLF
    from weakrec_core.labeling.prompt_job import ask as ask_model
    from weakrec_core.language_model.asking import Budget
    from weakrec_core.language_model.endpoint import needed_endpoint

    endpoint = needed_endpoint()
    found = next((one for one in lf_set_of(lfs).lfs if one.name == lf), None)
    if not isinstance(found, PromptLF):
        raise SpecError(f"{lfs} has no LF {lf!r} of the kind prompt.")
    opened = open_dataset(Workspace.from_environment(), dataset, fingerprint)
    typer.echo(f"Reviews are sent to {endpoint.host}, model {endpoint.model}.", err=True)
    with show_progress() as progress:
        spent = ask_model(opened, found, endpoint, Budget(rows, tokens, money), progress)
    cost = endpoint.cost(spent.asked, spent.answered)
    if as_json:
        told = {"rows": spent.rows, "tokens": {"asked": spent.asked, "answered": spent.answered}, "cost": cost}
        print_json(
            told | {"unusable": dict(spent.unusable), "no_answer": spent.silent, "budget_ended": spent.ended or None}
        )
    else:
        typer.echo(
            f"{counted(spent.rows, 'review')} asked, {spent.asked + spent.answered:,} tokens"
            + ("" if cost is None else f", {cost:.2f} by the prices set")
            + "".join(f"; {n:,} × {why}" for why, n in spent.unusable.most_common())
        )


@app.command()
def draft(
    dataset: DatasetName,
    lfs: LFFile,
    sentence: Annotated[str, typer.Option(help="What the LFs shall look at, in your own words.")] = "",
    bucket: Annotated[
        str | None,
        typer.Option(
            help="Send rows of dev: right, wrong, conflict, uncovered, low_confidence or tie, largest errors first."
        ),
    ] = None,
    row: Annotated[
        list[int] | None, typer.Option(min=0, help="Send this row of dev, by its position; may be repeated.")
    ] = None,
    rows: Annotated[int, typer.Option(min=1, max=DRAFT_ROWS, help="Send at most so many rows.")] = DRAFT_ROWS,
    tokens: Tokens = None,
    money: Money = None,
    out: Annotated[Path | None, typer.Option(help="A copy of the set with the LFs that are offered (YAML).")] = None,
    fingerprint: Annotated[str | None, typer.Option(hidden=True)] = None,
    as_json: Json = False,
) -> None:
    """Let the language model draft LFs from a sentence or from rows of dev; those that are valid and right on dev are offered."""
    from weakrec_core.labeling.lf_set import LFSet
    from weakrec_core.language_model.asking import Budget
    from weakrec_core.language_model.endpoint import needed_endpoint
    from weakrec_core.suggestions.drafting.job import ask_for_drafts, drafts_of
    from weakrec_core.suggestions.drafting.question import draft_question

    endpoint, applied = needed_endpoint(), applied_set(dataset, lfs, fingerprint)
    question = draft_question(applied.applier, endpoint.model, sentence, _dev_rows(applied, bucket, row or ())[:rows])
    sent = " and ".join(
        (["your sentence"] if question.sentence else [])
        + ([f"{counted(len(question.rows), 'review')} with gold labels"] if question.rows else [])
    )
    typer.echo(
        f"Sent to {endpoint.host}, model {endpoint.model}: {sent}, and the signals' names and quantiles.", err=True
    )
    reply = ask_for_drafts(applied.dataset.workspace, question, endpoint, Budget(tokens=tokens, money=money))
    if reply.why:
        raise SpecError(
            f"The model's answer is of no use: {reply.why}. {reply.asked + reply.answered:,} tokens were spent."
        )
    drafted = drafts_of(applied, question, reply)
    offered = tuple(one.lf for one in drafted if one.lf is not None and not one.problem)
    if out is not None:
        lf_set = applied.lf_set
        files.write_text(out, LFSet(name=lf_set.name, lfs=(*lf_set.lfs, *offered)).to_yaml())
    cost = endpoint.cost(reply.asked, reply.answered)
    if as_json:
        print_json(
            {"rows": len(question.rows), "tokens": {"asked": reply.asked, "answered": reply.answered}, "cost": cost}
            | {"drafted": [one.to_json() for one in drafted]}
        )
        return
    typer.echo(f"{len(offered)} of {counted(len(drafted), 'LF')} offered, {reply.asked + reply.answered:,} tokens")
    for one in drafted:
        told = (
            one.problem
            or f"{one.lf.in_words if one.lf else ''}; lift {one.figures['lift']:+.2f} on {one.figures['n']:,} rows"
        )
        typer.echo(f"{'no ' if one.problem else 'yes'} {one.name}: {told}")


def _dev_rows(applied: "AppliedSet", bucket: str | None, given: Sequence[int]) -> list[int]:
    """Positions of dev rows: those given, then a bucket's."""
    from weakrec_core.error_analysis.buckets import buckets
    from weakrec_core.error_analysis.filters import RowFilter

    n = applied.dataset.n_rows("dev")
    if beyond := [row for row in given if row >= n]:
        raise SpecError(f"There is no row {beyond[0]} in dev: it has {n:,}, from 0.")
    if bucket is None:
        return list(given)
    found = buckets(applied)
    reviewed = applied.dataset.split("dev")["review_text"].notna().to_numpy(bool)
    rows = found.rows(RowFilter.from_query({"kind": bucket}))
    return [*given, *rows[reviewed[rows]].tolist()]

"""Commands that ask a language model."""

from typing import Annotated

import typer

from weakrec_core.cli.common import DatasetName, Json, LFFile, lf_set_of, print_json, show_progress
from weakrec_core.data.noun import counted
from weakrec_core.errors import SpecError
from weakrec_core.workspace import Workspace

app = typer.Typer()


@app.command()
def ask(
    dataset: DatasetName,
    lfs: LFFile,
    lf: Annotated[str, typer.Option(help="An LF of the kind prompt.")],
    rows: Annotated[int | None, typer.Option(min=1, help="Ask about at most so many reviews.")] = None,
    tokens: Annotated[int | None, typer.Option(min=1, help="Spend at most so many tokens.")] = None,
    money: Annotated[float | None, typer.Option(help="Spend at most so much, by WEAKREC_LLM_PRICES.")] = None,
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
